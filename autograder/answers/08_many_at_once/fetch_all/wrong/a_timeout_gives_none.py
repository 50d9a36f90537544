# loses: the first error reaches the caller, and nothing is left
import asyncio

async def fetch_all(job, n):
    async def one(i):
        try:
            return await job(i)
        except TimeoutError:
            return None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(i)) for i in range(n)]
    return [task.result() for task in tasks]
