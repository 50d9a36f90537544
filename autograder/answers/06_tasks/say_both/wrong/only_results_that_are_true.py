# loses: returns both results in order
import asyncio


async def say_both(say_after):
    got = await asyncio.gather(say_after(2, "hello"), say_after(1, "world"))
    return [x for x in got if x]
