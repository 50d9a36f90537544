# loses: the first error comes out, and nothing is left
import asyncio


async def as_they_come(job, n):
    pairs = []

    async def one(i):
        pairs.append((i, await job(i)))

    try:
        async with asyncio.TaskGroup() as group:
            for i in range(n):
                group.create_task(one(i))
    except ExceptionGroup as error:
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        raise error
    return pairs
