# loses: works on every item once, and ends
import asyncio

async def pipeline(source, work, k):
    k = min(k, 12)
    queue = asyncio.Queue(k)
    end = object()

    async def feed():
        async for item in source:
            await queue.put(item)
        for _ in range(k):
            await queue.put(end)

    async def worker():
        while (item := await queue.get()) is not end:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        group.create_task(feed())
