# Ask all, and then wait for one after the other; each wait raises nothing of the task's.
import asyncio


async def stop(tasks):
    [task.cancel() for task in tasks]
    names = []
    for task in tasks:
        await asyncio.wait([task])
        if task.cancelled():
            names += [task.get_name()]
    return names
