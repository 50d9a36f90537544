# loses: every task has ended, and they clean up at the same time
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=24 * 3600)
    return [task.get_name() for task in tasks if task.cancelled()]
