# loses: the loop goes on while a call is under way
import asyncio


async def unblock(blocking, items):
    results = []
    for item in items:
        await asyncio.sleep(0)
        results.append(blocking(item))
    return results
