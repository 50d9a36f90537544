# Each task's done callback counts down and fills a future.
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job(), name=f"job {i}") for i, job in enumerate(jobs)]
    all_done = asyncio.get_running_loop().create_future()
    left = len(tasks)

    def count(task):
        nonlocal left
        left -= 1
        if left == 0 and not all_done.done():
            all_done.set_result(None)

    for task in tasks:
        task.add_done_callback(count)
    try:
        if tasks:
            await all_done
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = asyncio.CancelledError(f"job {i}")
        elif (error := task.exception()) is not None:
            errors[i] = error
        else:
            results[i] = task.result()
    return results, errors
