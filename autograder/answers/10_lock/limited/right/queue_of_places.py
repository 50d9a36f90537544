# A queue of free places; a task is made when there is one.
import asyncio


async def limited(job, n, k):
    free, results = asyncio.Queue(), {}
    for _ in range(k):
        free.put_nowait(None)

    async def one(i):
        try:
            results[i] = await job(i)
        finally:
            free.put_nowait(None)

    async with asyncio.TaskGroup() as g:
        for i in range(n):
            await free.get()
            g.create_task(one(i))
    return [results[i] for i in range(n)]
