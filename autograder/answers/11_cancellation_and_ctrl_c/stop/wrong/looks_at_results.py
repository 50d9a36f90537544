# loses: returns the names of those that were cancelled
# a task that returns a CancelledError looks like one that was cancelled
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    return [
        task.get_name()
        for task, end in zip(tasks, ends, strict=True)
        if isinstance(end, asyncio.CancelledError)
    ]
