# loses: an error decides only if it comes first
# asks whether the error is true, and not whether there is one
import asyncio


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next(task for task in tasks if task.done())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    if error := winner.exception():
        raise error
    return None if winner.exception() is not None else winner.result()
