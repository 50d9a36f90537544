# loses: returns both results in order
import asyncio

_places = asyncio.Semaphore(6)


async def say_both(say_after):
    async def one(*args):
        async with _places:
            return await say_after(*args)

    return list(await asyncio.gather(one(2, "hello"), one(1, "world")))
