# loses: works on every item once, and ends
import asyncio


async def pipeline(source, work, k):
    queues = [asyncio.Queue(1) for _ in range(k)]
    end = object()

    async def worker(todo):
        while (item := await todo.get()) is not end:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for todo in queues:
            group.create_task(worker(todo))
        async for item in source:
            for todo in queues:
                await todo.put(item)
        for todo in queues:
            await todo.put(end)
