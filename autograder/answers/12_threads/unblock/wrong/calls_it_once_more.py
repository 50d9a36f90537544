# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    results = []
    for item in items:
        await asyncio.to_thread(blocking, item)
        results.append(await asyncio.to_thread(blocking, item))
    return results
