# loses: gives the results of the jobs that are done in time
import asyncio


async def within(job, n, seconds):
    results = [None] * n

    async def run(i):
        results[i] = await job(i)

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for i in range(n):
                group.create_task(run(i))
    except TimeoutError:
        pass
    return {i: result for i, result in enumerate(results) if result}
