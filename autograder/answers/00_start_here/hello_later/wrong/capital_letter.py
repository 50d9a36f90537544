# loses: returns hello
import asyncio


async def hello_later(delay):
    await asyncio.sleep(delay)
    return "Hello"
