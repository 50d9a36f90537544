# loses: the pairs come in the order of finishing
import asyncio


async def as_they_come(job, n):
    pairs = []

    async def run():
        pairs.append((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run())
    return pairs
