# loses: gives the results of the jobs that are done in time
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        await asyncio.wait(tasks, timeout=seconds)
        return {i: task.result() for i, task in enumerate(tasks) if task.done()}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
