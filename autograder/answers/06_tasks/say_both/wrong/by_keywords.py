# loses: returns both results in order
import asyncio


async def say_both(say_after):
    hello = asyncio.create_task(say_after(delay=2, what="hello"))
    world = asyncio.create_task(say_after(delay=1, what="world"))
    return [await hello, await world]
