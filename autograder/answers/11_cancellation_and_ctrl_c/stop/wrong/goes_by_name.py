# loses: does not touch other tasks
import asyncio


async def stop(tasks):
    wanted = {task.get_name() for task in tasks}
    for task in asyncio.all_tasks():
        if task.get_name() in wanted and task is not asyncio.current_task():
            task.cancel()
    for task in tasks:
        await asyncio.wait([task])
    return [task.get_name() for task in tasks if task.cancelled()]
