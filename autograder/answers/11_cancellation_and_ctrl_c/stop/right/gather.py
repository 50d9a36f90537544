# gather makes results of all endings.
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    endings = await asyncio.gather(*tasks, return_exceptions=True)
    return [
        task.get_name()
        for task, ending in zip(tasks, endings, strict=True)
        if isinstance(ending, asyncio.CancelledError)
    ]
