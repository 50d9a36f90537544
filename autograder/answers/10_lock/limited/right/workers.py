# k workers share one iterator
import asyncio


async def limited(job, n, k):
    results = [None] * n
    numbers = iter(range(n))

    async def worker():
        for i in numbers:
            results[i] = await job(i)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(n, k)):
            group.create_task(worker())
    return results
