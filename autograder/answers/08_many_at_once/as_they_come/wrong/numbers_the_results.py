# loses: the pairs come in the order of finishing
import asyncio


async def as_they_come(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    return [(i, await task) for i, task in enumerate(asyncio.as_completed(tasks))]
