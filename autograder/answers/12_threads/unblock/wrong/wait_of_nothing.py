# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    tasks = [asyncio.create_task(asyncio.to_thread(blocking, item)) for item in items]
    await asyncio.wait(tasks)
    return [task.result() for task in tasks]
