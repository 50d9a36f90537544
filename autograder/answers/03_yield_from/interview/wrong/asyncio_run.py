# loses: sends in the answer to each question

import asyncio


def interview(talk, answer):
    return asyncio.run(talk)
