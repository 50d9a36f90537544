# loses: returns the results, in the order of i
import asyncio


async def limited(job, n, k):
    results, semaphore = [], asyncio.Semaphore(k)

    async def one(i):
        async with semaphore:
            results.append(await job(i))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
    return results
