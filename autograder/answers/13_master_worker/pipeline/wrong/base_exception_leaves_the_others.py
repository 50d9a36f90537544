# loses: an error of work ends it all
import asyncio


async def pipeline(source, work, k):
    todo, END = asyncio.Queue(k), object()

    async def master():
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(END)

    async def worker():
        while (item := await todo.get()) is not END:
            await work(item)

    tasks = [asyncio.create_task(each) for each in (master(), *[worker() for _ in range(k)])]
    try:
        await asyncio.gather(*tasks)
    except (Exception, asyncio.CancelledError):
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
