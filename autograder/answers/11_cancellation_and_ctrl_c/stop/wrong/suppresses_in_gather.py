# loses: its own cancellation comes out
import asyncio
import contextlib


async def stop(tasks):
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)
    return [task.get_name() for task in tasks if task.cancelled()]
