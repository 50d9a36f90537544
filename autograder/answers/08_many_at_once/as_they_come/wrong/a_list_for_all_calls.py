# loses: the pairs come in the order of finishing
import asyncio

async def as_they_come(job, n, pairs=[]):
    del pairs[:]

    async def run(i):
        pairs.append((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
