# loses: the jobs overlap
import asyncio


async def fetch_all(job, n):
    gate = asyncio.Semaphore(16)

    async def one(i):
        async with gate:
            return await job(i)

    async with asyncio.TaskGroup() as g:
        tasks = [g.create_task(one(i)) for i in range(n)]
    return [t.result() for t in tasks]
