# loses: k jobs are under way, and never more
# never more than ten at once, however large k is
import asyncio


async def limited(job, n, k):
    places = asyncio.Semaphore(min(k, 10))

    async def run(i):
        async with places:
            return await job(i)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(i)) for i in range(n)]
    return [task.result() for task in tasks]
