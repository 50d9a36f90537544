# loses: returned and raised, failed and cancelled are told apart
import asyncio, inspect


async def sort_out(jobs):
    async def one(job):
        result = await job()
        return await result if inspect.isawaitable(result) else result

    tasks = [asyncio.create_task(one(job)) for job in jobs]
    try:
        if tasks:
            await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[i] = task.exception()
        else:
            results[i] = task.result()
    return results, errors
