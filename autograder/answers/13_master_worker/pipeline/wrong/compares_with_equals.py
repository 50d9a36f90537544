# loses: works on every item once, and ends
import asyncio


async def pipeline(source, work, k):
    end = object()
    todo = asyncio.Queue(k)

    async def worker():
        while True:
            item = await todo.get()
            if item == end:
                return
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
