# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    names = []
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            names.append(task.get_name())
    return names
