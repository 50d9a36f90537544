# Two tasks, awaited in order.
import asyncio


async def say_both(say_after):
    hello = asyncio.create_task(say_after(2, "hello"))
    world = asyncio.create_task(say_after(1, "world"))
    return [await hello, await world]
