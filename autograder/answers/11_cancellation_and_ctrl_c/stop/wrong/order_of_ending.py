# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    if not tasks:
        return []
    done, _ = await asyncio.wait(tasks)
    return [task.get_name() for task in sorted(done, key=str, reverse=True) if task.cancelled()]
