# loses: gives the results of what worked in the end
import asyncio


async def work_off(items, work, k, tries):
    todo, end = asyncio.Queue(), object()
    results = {}
    for item in items:
        todo.put_nowait((item, tries))
    for _ in range(k):
        todo.put_nowait((end, 0))

    async def worker():
        while True:
            item, left = await todo.get()
            if item is end:
                return
            try:
                results[item] = await work(item)
            except Exception:
                if left > 1:
                    todo.put_nowait((item, left - 1))

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return results
