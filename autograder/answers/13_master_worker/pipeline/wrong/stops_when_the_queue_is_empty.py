# loses: k at once, and who is free takes the next
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)

    async def worker():
        while not todo.empty():
            await work(await todo.get())

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
