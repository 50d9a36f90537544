# loses: k at once, and who is free takes the next
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
        n = 0
        async for item in source:
            await queues[n % k].put(item)
            n += 1
        for todo in queues:
            await todo.put(end)
