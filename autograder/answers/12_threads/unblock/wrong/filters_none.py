# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    results = [await asyncio.to_thread(blocking, item) for item in items]
    return [r for r in results if r is not None]
