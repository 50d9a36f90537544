# wait_for cancels the gather, and the gather its jobs.
import asyncio


async def within(job, n, seconds):
    results = {}

    async def run(i):
        results[i] = await job(i)

    tasks = [asyncio.create_task(run(i)) for i in range(n)]
    try:
        await asyncio.wait_for(asyncio.gather(*tasks), seconds)
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return results
