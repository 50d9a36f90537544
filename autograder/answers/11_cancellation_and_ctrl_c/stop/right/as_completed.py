# as_completed; cancelling() says whose CancelledError it is.
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    for each in asyncio.as_completed(tasks):
        try:
            await each
        except BaseException:
            if asyncio.current_task().cancelling():
                raise
    return [task.get_name() for task in tasks if task.cancelled()]
