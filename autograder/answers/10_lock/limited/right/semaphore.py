# a semaphore around each job, in a task group
import asyncio


async def limited(job, n, k):
    semaphore = asyncio.BoundedSemaphore(k)

    async def one(i):
        async with semaphore:
            return await job(i)

    tasks = []
    async with asyncio.TaskGroup() as group:
        for i in range(n):
            tasks.append(group.create_task(one(i), name=f"job {i}"))
    return [task.result() for task in tasks]
