# Waits for a future that nobody fills, with a limit.
import asyncio


async def hello_later(delay):
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    await asyncio.wait([f], timeout=delay)
    return "hello"
