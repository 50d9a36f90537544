# loses: an error keeps no other job from its end
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.gather(*tasks, return_exceptions=True)
    results, errors = {}, {}
    for task in tasks:
        if task.cancelled():
            errors[len(errors)] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[len(errors)] = task.exception()
        else:
            results[len(results)] = task.result()
    return results, errors
