# loses: works on every item once, and ends
import asyncio
async def pipeline(source, work, k):
    end = object()
    todo = asyncio.Queue(k)
    async def worker():
        while (item := await todo.get()) is not end:
            await asyncio.wait_for(work(item), 3600)
    async with asyncio.TaskGroup() as group:
        for n in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
