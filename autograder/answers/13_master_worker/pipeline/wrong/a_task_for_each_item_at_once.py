# loses: never has more than 3k + 1 items in hand
import asyncio


async def pipeline(source, work, k):
    places = asyncio.Semaphore(k)

    async def do(item):
        async with places:
            await work(item)

    async with asyncio.TaskGroup() as group:
        async for item in source:
            group.create_task(do(item))
