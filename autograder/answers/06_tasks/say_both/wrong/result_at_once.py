# loses: returns both results in order
import asyncio


async def say_both(say_after):
    hello = asyncio.create_task(say_after(2, "hello"))
    world = asyncio.create_task(say_after(1, "world"))
    await asyncio.sleep(0)
    return [hello.result(), world.result()]
