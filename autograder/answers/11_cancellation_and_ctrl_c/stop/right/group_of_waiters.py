# A task group of waiters, one for each task.
import asyncio


async def stop(tasks):
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            task.cancel()
            group.create_task(asyncio.wait([task]))
    return [task.get_name() for task in filter(asyncio.Task.cancelled, tasks)]
