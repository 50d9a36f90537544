# loses: an error decides only if it comes first
import asyncio, inspect


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next(task for task in tasks if task.done())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    value = winner.result()
    return await value if inspect.isawaitable(value) else value
