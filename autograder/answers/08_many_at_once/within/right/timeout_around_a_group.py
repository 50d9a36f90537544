# A group under asyncio.timeout; each job writes down its result.
import asyncio


async def within(job, n, seconds):
    results = {}

    async def run(i):
        results[i] = await job(i)

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for i in range(n):
                group.create_task(run(i))
    except TimeoutError:
        pass
    return results
