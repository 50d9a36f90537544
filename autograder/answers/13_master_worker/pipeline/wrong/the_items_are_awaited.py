# loses: works on every item once, and ends
import asyncio, inspect


async def pipeline(source, work, k):
    todo, END = asyncio.Queue(k), object()

    async def worker():
        while (item := await todo.get()) is not END:
            await work(await item if inspect.isawaitable(item) else item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(END)
