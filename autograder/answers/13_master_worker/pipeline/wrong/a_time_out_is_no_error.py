# loses: an error of work ends it all
import asyncio
async def pipeline(source, work, k):
    end = object()
    todo = asyncio.Queue(k)
    async def worker():
        while (item := await todo.get()) is not end:
            try:
                await work(item)
            except TimeoutError:
                pass
    async with asyncio.TaskGroup() as group:
        for n in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
