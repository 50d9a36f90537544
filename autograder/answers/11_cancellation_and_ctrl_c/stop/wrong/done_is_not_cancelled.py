# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    return [task.get_name() for task in tasks if task.done()]
