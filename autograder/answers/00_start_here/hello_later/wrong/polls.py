# loses: waits for so many seconds
import asyncio


async def hello_later(delay):
    loop = asyncio.get_running_loop()
    end = loop.time() + delay
    while loop.time() < end:
        await asyncio.sleep(min(1, end - loop.time()))
    return "hello"
