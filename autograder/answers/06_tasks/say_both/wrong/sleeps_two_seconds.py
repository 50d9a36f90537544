# loses: waits for both at the same time
import asyncio

async def say_both(say_after):
    hello = asyncio.create_task(say_after(2, "hello"))
    world = asyncio.create_task(say_after(1, "world"))
    await asyncio.sleep(2)
    return [await hello, await world]
