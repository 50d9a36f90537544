# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    asked = [task for task in tasks if task.cancel()]
    if asked:
        await asyncio.wait(asked)
    return [task.get_name() for task in asked if task.cancelled()]
