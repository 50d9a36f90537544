# loses: an error of work ends it all
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)

    async def worker():
        while True:
            item = await todo.get()
            try:
                await work(item)
            except Exception:
                print("failed:", item)
            finally:
                todo.task_done()

    workers = [asyncio.create_task(worker()) for _ in range(k)]
    try:
        async for item in source:
            await todo.put(item)
        await todo.join()
    finally:
        for each in workers:
            each.cancel()
        await asyncio.wait(workers)
