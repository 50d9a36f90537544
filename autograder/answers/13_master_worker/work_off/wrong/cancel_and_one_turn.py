# loses: a cancellation comes out and leaves nothing
import asyncio


async def work_off(items, work, k, tries):
    todo = asyncio.Queue()
    results = {}
    for item in items:
        todo.put_nowait((item, tries))

    async def worker():
        while True:
            item, left = await todo.get()
            try:
                results[item] = await work(item)
            except Exception:
                if left > 1:
                    todo.put_nowait((item, left - 1))
            todo.task_done()

    workers = [asyncio.create_task(worker()) for n in range(k)]
    try:
        await todo.join()
    finally:
        for each in workers:
            each.cancel()
        await asyncio.sleep(0)
    return results
