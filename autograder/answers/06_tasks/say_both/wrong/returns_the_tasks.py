# loses: returns both results in order
import asyncio


async def say_both(say_after):
    return [
        asyncio.create_task(say_after(2, "hello")),
        asyncio.create_task(say_after(1, "world")),
    ]
