# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    tasks = [asyncio.create_task(asyncio.to_thread(blocking, item)) for item in items]
    return [await task for task in asyncio.as_completed(tasks)]
