# loses: k jobs are under way, and never more
import asyncio


async def limited(job, n, k):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [task.result() for task in tasks]
