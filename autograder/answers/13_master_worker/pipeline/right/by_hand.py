# no TaskGroup: the first that fails is found by wait, and all are stopped by hand
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    end = object()

    async def master():
        async for item in source:
            await todo.put((item,))
        for _ in range(k):
            await todo.put(end)

    async def worker():
        while True:
            got = await todo.get()
            if got is end:
                break
            await work(*got)

    tasks = [asyncio.create_task(each) for each in (master(), *[worker() for _ in range(k)])]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
