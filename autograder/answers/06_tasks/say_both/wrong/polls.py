# loses: waits for both at the same time
import asyncio


async def say_both(say_after):
    hello = asyncio.create_task(say_after(2, "hello"))
    world = asyncio.create_task(say_after(1, "world"))
    while not (hello.done() and world.done()):
        await asyncio.sleep(0.01)
    return [hello.result(), world.result()]
