# one END, which each worker puts back for the next
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(2 * k)
    end = object()

    async def worker():
        while True:
            item = await todo.get()
            if item is end:
                todo.put_nowait(end)
                return
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        await todo.put(end)
