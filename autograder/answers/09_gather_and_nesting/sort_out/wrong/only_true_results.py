# loses: the results of all jobs, which overlap
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.gather(*tasks, return_exceptions=True)
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[i] = task.exception()
        elif task.result():
            results[i] = task.result()
    return results, errors
