# loses: works on every item once, and ends
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    end = None

    async def worker():
        while (item := await todo.get()) is not end:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
