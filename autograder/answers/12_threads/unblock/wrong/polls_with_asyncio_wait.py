# loses: the loop goes on while a call is under way
import asyncio
async def unblock(blocking, items):
    results = []
    for item in items:
        task = asyncio.ensure_future(asyncio.to_thread(blocking, item))
        while not task.done():
            await asyncio.wait([task], timeout=0.1)
        results.append(task.result())
    return results
