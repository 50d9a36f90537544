# loses: each job is called once and finished
import asyncio


async def fetch_all(job, n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [await job(i) for i in range(n)] and [task.result() for task in tasks]
