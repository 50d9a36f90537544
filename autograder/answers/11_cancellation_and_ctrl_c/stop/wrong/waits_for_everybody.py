# loses: does not touch other tasks
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)
    return [task.get_name() for task in tasks if task.cancelled()]
