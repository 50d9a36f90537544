# loses: works on every item once, and ends
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)

    async def worker():
        while True:
            await work(await todo.get())

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        async for item in source:
            await todo.put(item)
        for each in workers:
            each.cancel()
