# Each job has a time limit of its own.
import asyncio


async def within(job, n, seconds):
    results = {}

    async def run(i):
        try:
            async with asyncio.timeout(seconds):
                results[i] = await job(i)
        except TimeoutError:
            pass

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return results
