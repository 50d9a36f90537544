# asyncio.sleep returns its second argument.
import asyncio


async def hello_later(delay):
    return await asyncio.sleep(delay, "hello")
