# loses: gives the results of what worked in the end
import asyncio


async def work_off(items, work, k, tries):
    todo, results = asyncio.Queue(), {}
    left = {str(item): tries for item in items}
    for item in items:
        todo.put_nowait(item)

    async def worker():
        while True:
            item = await todo.get()
            left[str(item)] -= 1
            try:
                results[item] = await work(item)
            except Exception:
                if left[str(item)] > 0:
                    todo.put_nowait(item)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return results
