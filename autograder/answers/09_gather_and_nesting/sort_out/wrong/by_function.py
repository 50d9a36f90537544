# loses: the results of all jobs, which overlap
import asyncio


async def sort_out(jobs):
    tasks = {job: asyncio.create_task(job()) for job in jobs}
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    results, errors = {}, {}
    for i, job in enumerate(jobs):
        task = tasks[job]
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[i] = task.exception()
        else:
            results[i] = task.result()
    return results, errors
