# loses: the jobs overlap
import asyncio
import time


async def fetch_all(job, n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
        time.sleep(5)
    return [task.result() for task in tasks]
