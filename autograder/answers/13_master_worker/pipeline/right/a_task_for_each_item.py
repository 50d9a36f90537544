# a semaphore, and a task for each item
import asyncio


async def pipeline(source, work, k):
    places = asyncio.Semaphore(k)

    async def do(item):
        try:
            await work(item)
        finally:
            places.release()

    async with asyncio.TaskGroup() as group:
        async for item in source:
            await places.acquire()
            group.create_task(do(item))
