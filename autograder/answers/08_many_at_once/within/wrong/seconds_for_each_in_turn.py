# loses: returns when all are done or the time is over
import asyncio


async def within(job, n, seconds):
    results = {}
    for i in range(n):
        try:
            results[i] = await asyncio.wait_for(job(i), seconds)
        except TimeoutError:
            pass
    return results
