# loses: waits for so many seconds
import asyncio


async def hello_later(delay):
    asyncio.create_task(asyncio.sleep(delay))
    return "hello"
