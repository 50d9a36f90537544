# loses: returns hello
import asyncio


async def hello_later(delay):
    return asyncio.run(asyncio.sleep(delay, "hello"))
