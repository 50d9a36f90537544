# loses: the results of all jobs, which overlap
import asyncio
async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        for task in tasks:
            await asyncio.wait([task], timeout=3600)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            await asyncio.wait([task])
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[i] = task.exception()
        else:
            results[i] = task.result()
    return results, errors
