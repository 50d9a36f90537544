# loses: the loop goes on while a call is under way
import asyncio


async def unblock(blocking, items):
    async def call(item):
        return blocking(item)

    return await asyncio.gather(*[call(item) for item in items])
