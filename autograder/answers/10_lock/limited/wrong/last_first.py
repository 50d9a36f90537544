# loses: they start in order, and a free place is taken at once
import asyncio


async def limited(job, n, k):
    numbers, results = list(range(n)), [None] * n

    async def worker():
        while numbers:
            i = numbers.pop()
            results[i] = await job(i)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return results
