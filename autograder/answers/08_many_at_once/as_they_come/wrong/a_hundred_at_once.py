# loses: the jobs overlap, and each is called once
import asyncio

async def as_they_come(job, n):
    limit, pairs = asyncio.Semaphore(100), []

    async def run(i):
        async with limit:
            pairs.append((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
