# loses: an error of the source and a cancellation come out
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    end = object()

    async def master():
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)

    async def worker():
        while (item := await todo.get()) is not end:
            await work(item)

    tasks = [asyncio.create_task(each) for each in (master(), *[worker() for _ in range(k)])]
    try:
        await asyncio.gather(*tasks)
    except Exception:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
