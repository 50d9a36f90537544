# loses: works on every item once, and ends
import asyncio


async def pipeline(source, work, k):
    gate, under_way = asyncio.Semaphore(k), {}

    async def one(item):
        try:
            await work(item)
        finally:
            del under_way[item]
            gate.release()

    async with asyncio.TaskGroup() as group:
        async for item in source:
            await gate.acquire()
            under_way[item] = group.create_task(one(item))
