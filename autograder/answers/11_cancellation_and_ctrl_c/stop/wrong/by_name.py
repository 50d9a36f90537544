# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    named = {task.get_name(): task for task in tasks}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    return [name for name, task in named.items() if task.cancelled()]
