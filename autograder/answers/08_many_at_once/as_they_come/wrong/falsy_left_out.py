# loses: the pairs come in the order of finishing
import asyncio


async def as_they_come(job, n):
    pairs = []

    async def run(i):
        if (r := await job(i)) is not None:
            pairs.append((i, r))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
