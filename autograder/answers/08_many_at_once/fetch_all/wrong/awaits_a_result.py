# loses: the results come in the order of i
import asyncio, inspect


async def fetch_all(job, n):
    async def one(i):
        result = await job(i)
        return await result if inspect.isawaitable(result) else result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(i)) for i in range(n)]
    return [task.result() for task in tasks]
