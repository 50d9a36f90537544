# loses: does not touch other tasks
import asyncio


async def stop(tasks):
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    return [task.get_name() for task in tasks if task.cancelled()]
