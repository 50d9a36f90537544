# loses: sends in the answer to each question


async def interview(talk, answer):
    return await talk
