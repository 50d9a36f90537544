# A group cancels the others and waits for them.
import asyncio


async def fetch_all(job, n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [task.result() for task in tasks]
