# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    results = {}
    for item in items:
        results[item] = await asyncio.to_thread(blocking, item)
    return [results[item] for item in items]
