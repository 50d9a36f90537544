# loses: k at once, and who is free takes the next
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    end = object()

    async def worker():
        while (item := await todo.get()) is not end:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, k - 1)):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
