# loses: a cancellation comes out
import asyncio


async def unblock(blocking, items):
    tasks = [asyncio.create_task(asyncio.to_thread(blocking, item)) for item in items]
    if tasks:
        await asyncio.wait(tasks)
    return [task.result() for task in tasks]
