# One task is enough: the other one runs here.
import asyncio


async def say_both(say_after):
    hello = asyncio.ensure_future(say_after(2, "hello"))
    world = await say_after(1, "world")
    return [await hello, world]
