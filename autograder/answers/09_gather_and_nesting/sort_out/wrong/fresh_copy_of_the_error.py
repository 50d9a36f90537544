# loses: returned and raised, failed and cancelled are told apart
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
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
            error = task.exception()
            errors[i] = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        else:
            results[i] = task.result()
    return results, errors
