# loses: returns when all are done or the time is over
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    begin = asyncio.get_running_loop().time()
    results = {}
    for i, task in enumerate(tasks):
        result = await task
        if asyncio.get_running_loop().time() - begin < seconds:
            results[i] = result
    return results
