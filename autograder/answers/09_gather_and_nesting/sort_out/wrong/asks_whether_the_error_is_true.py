# loses: returned and raised, failed and cancelled are told apart
# an error can say of itself that it is false; `is not None` is meant
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.gather(*tasks, return_exceptions=True)
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif error := task.exception():
            errors[i] = error
        else:
            results[i] = None if task.exception() is not None else task.result()
    return results, errors
