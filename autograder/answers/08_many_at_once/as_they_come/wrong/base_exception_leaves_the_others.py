# loses: the first error comes out, and nothing is left
import asyncio


async def as_they_come(job, n):
    async def one(i):
        return i, await job(i)

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    try:
        return [await each for each in asyncio.as_completed(tasks)]
    except (Exception, asyncio.CancelledError):
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
