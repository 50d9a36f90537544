# loses: returns both results in order
import asyncio


async def say_both(say_after):
    got = []
    for each in asyncio.as_completed([say_after(2, "hello"), say_after(1, "world")]):
        got.append(await each)
    return sorted(got)
