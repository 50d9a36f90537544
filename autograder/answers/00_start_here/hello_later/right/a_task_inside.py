# A task of its own waits.
import asyncio


async def hello_later(delay):
    waiting = asyncio.create_task(asyncio.sleep(delay), name="waiting")
    await waiting
    return "hello"
