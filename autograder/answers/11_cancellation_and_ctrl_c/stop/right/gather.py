# gather takes an empty list, and holds back the errors of the tasks
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [task.get_name() for task in tasks if task.cancelled()]
