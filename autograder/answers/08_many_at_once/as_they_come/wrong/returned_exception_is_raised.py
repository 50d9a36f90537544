# loses: the pairs come in the order of finishing
# takes an exception that a job returns for one that it raises
import asyncio


async def as_they_come(job, n):
    pairs = []

    async def run(i):
        result = await job(i)
        if isinstance(result, BaseException):
            raise result
        pairs.append((i, result))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
