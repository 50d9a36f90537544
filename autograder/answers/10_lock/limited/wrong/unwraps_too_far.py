# loses: an error comes out, and nothing is left
import asyncio


async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def one(i):
        async with places:
            return await job(i)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(i)) for i in range(n)]
    except BaseExceptionGroup as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    return [task.result() for task in tasks]
