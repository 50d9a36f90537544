# loses: an error comes out when no call runs any more
import asyncio


async def unblock(blocking, items):
    return await asyncio.gather(*[asyncio.to_thread(blocking, item) for item in items])
