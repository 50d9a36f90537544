# loses: an error of work ends it all
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    END = object()

    async def worker():
        while (item := await todo.get()) is not END:
            try:
                await work(item)
            except StopAsyncIteration:
                return

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(END)
