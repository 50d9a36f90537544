# loses: k jobs are under way, and never more
import asyncio

async def limited(job, n, k):
    results = [None] * n
    numbers = iter(range(n))

    async def worker():
        for i in numbers:
            results[i] = await job(i)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(k, n, 32)):
            group.create_task(worker())
    return results
