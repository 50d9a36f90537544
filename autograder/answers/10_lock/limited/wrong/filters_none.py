# loses: returns the results, in the order of i
import asyncio


async def limited(job, n, k):
    places, results = asyncio.Semaphore(k), [None] * n

    async def one(i):
        async with places:
            results[i] = await job(i)

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
    return [r for r in results if r is not None]
