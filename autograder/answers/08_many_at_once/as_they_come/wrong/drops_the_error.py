# loses: the first error comes out, and nothing is left
import asyncio


async def as_they_come(job, n):
    pairs = []

    async def run(i):
        try:
            pairs.append((i, await job(i)))
        except Exception as error:
            print(error)

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
