# loses: returned and raised, failed and cancelled are told apart
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.gather(*tasks, return_exceptions=True)
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.exception() is not None:
            errors[i] = task.exception()
        else:
            results[i] = task.result()
    return results, errors
