# loses: gives the results of the jobs that are done in time
import asyncio


async def within(job, n, seconds):
    over, results = asyncio.Event(), {}

    async def one(i):
        results[i] = await job(i)
        if len(results) == n:
            over.set()

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
    return results
