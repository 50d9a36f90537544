# loses: an error comes out, and nothing is left
import asyncio, inspect


async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def one(i):
        async with places:
            result = await job(i)
            return await result if inspect.isawaitable(result) else result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(i)) for i in range(n)]
    return [task.result() for task in tasks]
