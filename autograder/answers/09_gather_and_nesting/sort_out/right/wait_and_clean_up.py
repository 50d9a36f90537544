# asyncio.wait for all, and a clean-up that waits for all in a finally.
import asyncio


async def sort_out(jobs):
    tasks = {i: asyncio.ensure_future(job()) for i, job in enumerate(jobs)}
    results, errors = {}, {}
    if not tasks:
        return results, errors
    try:
        await asyncio.wait(tasks.values())
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.wait(tasks.values())
    for i, task in tasks.items():
        try:
            results[i] = task.result()
        except (Exception, asyncio.CancelledError) as error:
            errors[i] = error
    return results, errors
