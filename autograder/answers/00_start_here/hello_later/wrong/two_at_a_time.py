# loses: lets other tasks run meanwhile
import asyncio

_places = asyncio.Semaphore(2)


async def hello_later(delay):
    async with _places:
        await asyncio.sleep(delay)
    return "hello"
