# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.wait(tasks)
    return [
        ("error", type(task.exception()).__name__) if task.exception() else ("ok", task.result())
        for task in tasks
    ]
