# loses: the results of all jobs, which overlap
import asyncio


async def sort_out(jobs):
    results, errors = {}, {}
    for i, job in enumerate(jobs):
        task = asyncio.create_task(job())
        await asyncio.gather(task, return_exceptions=True)
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[i] = task.exception()
        else:
            results[i] = task.result()
    return results, errors
