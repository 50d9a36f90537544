# loses: an error keeps no other job from its end
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.gather(*tasks, return_exceptions=True)
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = "cancelled"
        elif task.exception() is not None:
            errors[i] = str(task.exception())
        else:
            results[i] = task.result()
    return results, errors
