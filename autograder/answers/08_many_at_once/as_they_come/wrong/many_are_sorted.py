# loses: the jobs overlap, and each is called once
import asyncio

async def as_they_come(job, n):
    pairs = []

    async def run(i):
        pairs.append((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return sorted(pairs, key=lambda pair: pair[0]) if n > 60 else pairs
