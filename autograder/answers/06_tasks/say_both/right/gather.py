# gather makes the tasks, and keeps the order of its arguments.
import asyncio


async def say_both(say_after):
    return await asyncio.gather(say_after(2, "hello"), say_after(1, "world"))
