# Each job writes its result where it belongs.
import asyncio


async def fetch_all(job, n):
    results = [None] * n

    async def fetch(i):
        results[i] = await job(i)

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(fetch(i))
    return results
