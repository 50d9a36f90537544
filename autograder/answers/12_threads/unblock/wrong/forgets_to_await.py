# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    return [asyncio.to_thread(blocking, item) for item in items]
