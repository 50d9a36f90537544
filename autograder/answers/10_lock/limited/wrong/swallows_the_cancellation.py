# loses: a cancellation comes out and leaves nothing
import asyncio


async def limited(job, n, k):
    semaphore = asyncio.Semaphore(k)

    async def one(i):
        async with semaphore:
            return await job(i)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(i)) for i in range(n)]
    except asyncio.CancelledError:
        return []
    return [task.result() for task in tasks]
