# loses: the pairs come in the order of finishing
import asyncio


async def as_they_come(job, n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [(i, task.result()) for i, task in enumerate(tasks)]
