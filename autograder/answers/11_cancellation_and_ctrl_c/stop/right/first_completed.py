# Waits for the next one to end, until none is left.
import asyncio


async def stop(tasks):
    for task in tasks:
        if not task.done():
            task.cancel()
    left = {task for task in tasks if not task.done()}
    while left:
        _, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
    names = {task: task.get_name() for task in tasks if task.cancelled()}
    return list(names.values())
