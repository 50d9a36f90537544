# loses: the jobs overlap, and each is called once
# a semaphore of its own: who has more than ten jobs waits
import asyncio


async def as_they_come(job, n):
    pairs, places = [], asyncio.Semaphore(10)

    async def run(i):
        async with places:
            pairs.append((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
