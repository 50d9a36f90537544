# loses: works on every item once, and ends
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)

    async def worker():
        while True:
            await work(await todo.get())
            todo.task_done()

    workers = [asyncio.create_task(worker()) for _ in range(k)]
    async for item in source:
        await todo.put(item)
    await todo.join()
