# loses: what failed is tried again behind all others
import asyncio


async def work_off(items, work, k, tries):
    todo = asyncio.Queue()
    results = {}
    for item in items:
        todo.put_nowait((item, tries))

    async def worker():
        while True:
            item, left = await todo.get()
            while left:
                try:
                    results[item] = await work(item)
                    break
                except Exception:
                    left -= 1
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return results
