# loses: never has more than 3k + 1 items in hand
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue()
    end = object()

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
