# loses: waits for so many seconds
import asyncio


async def hello_later(delay):
    await asyncio.sleep(round(delay, 2))
    return "hello"
