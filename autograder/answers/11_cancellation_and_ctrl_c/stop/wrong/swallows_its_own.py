# loses: its own cancellation comes out
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    for task in tasks:
        try:
            await task
        except (asyncio.CancelledError, Exception):
            pass
    return [task.get_name() for task in tasks if task.cancelled()]
