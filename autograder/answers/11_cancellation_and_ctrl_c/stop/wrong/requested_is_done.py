# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    names = [task.get_name() for task in tasks if task.cancel()]
    if tasks:
        await asyncio.wait(tasks)
    return names
