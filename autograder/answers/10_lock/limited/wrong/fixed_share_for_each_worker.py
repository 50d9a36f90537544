# loses: they start in order, and a free place is taken at once
import asyncio


async def limited(job, n, k):
    results = [None] * n

    async def worker(first):
        for i in range(first, n, k):
            results[i] = await job(i)

    async with asyncio.TaskGroup() as group:
        for first in range(k):
            group.create_task(worker(first))
    return results
