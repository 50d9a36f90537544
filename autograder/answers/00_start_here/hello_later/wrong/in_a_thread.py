# loses: lets other tasks run meanwhile
import asyncio
import time


async def hello_later(delay):
    await asyncio.to_thread(time.sleep, delay)
    return "hello"
