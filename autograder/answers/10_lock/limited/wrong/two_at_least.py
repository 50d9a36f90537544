# loses: k jobs are under way, and never more
import asyncio

async def limited(job, n, k):
    limit = asyncio.Semaphore(max(k, 2))

    async def one(i):
        async with limit:
            return await job(i)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(i)) for i in range(n)]
    return [task.result() for task in tasks]
