# loses: an error of work ends it all
# `if error`, and not `if error is not None`
import asyncio


async def pipeline(source, work, k):
    todo, end = asyncio.Queue(k), object()

    async def worker():
        while (item := await todo.get()) is not end:
            await work(item)

    async def master():
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)

    tasks = [asyncio.create_task(each()) for each in (master, *[worker] * k)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        if error := task.exception():
            raise error
