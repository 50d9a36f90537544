# loses: the results come in the order of i
import asyncio


async def fetch_all(job, n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(1, n + 1)]
    return [task.result() for task in tasks]
