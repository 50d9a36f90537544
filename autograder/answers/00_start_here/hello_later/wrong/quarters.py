# loses: waits for so many seconds
import asyncio


async def hello_later(delay):
    loop = asyncio.get_running_loop()
    end = loop.time() + delay
    while loop.time() < end:
        await asyncio.sleep(min(delay / 6, end - loop.time()))
    return "hello"
