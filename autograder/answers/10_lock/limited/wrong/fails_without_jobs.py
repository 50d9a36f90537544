# loses: returns the results, in the order of i
import asyncio


async def limited(job, n, k):
    semaphore = asyncio.Semaphore(k)

    async def one(i):
        async with semaphore:
            return await job(i)

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        return [task.result() for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
