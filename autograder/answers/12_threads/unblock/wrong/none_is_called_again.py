# loses: one call for each item, results in order
import asyncio, inspect


async def unblock(blocking, items):
    results = []
    for item in items:
        result = await asyncio.to_thread(blocking, item)
        results.append(await result if inspect.isawaitable(result) else result)
    return results
