# loses: they start in order, and a free place is taken at once
import asyncio


async def limited(job, n, k):
    running = 0

    async def one(i):
        nonlocal running
        try:
            return await job(i)
        finally:
            running -= 1

    tasks = []
    async with asyncio.TaskGroup() as group:
        for i in range(n):
            while running >= k:
                await asyncio.sleep(0.25)
            running += 1
            tasks.append(group.create_task(one(i)))
    return [task.result() for task in tasks]
