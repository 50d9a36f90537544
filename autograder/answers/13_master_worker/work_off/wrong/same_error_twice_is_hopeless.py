# loses: gives the results of what worked in the end
import asyncio


async def work_off(items, work, k, tries):
    todo, results, last = asyncio.Queue(), {}, {}
    for item in items:
        todo.put_nowait((item, tries))

    async def worker():
        while True:
            item, left = await todo.get()
            try:
                results[item] = await work(item)
            except Exception as error:
                if left > 1 and last.get(item) is not error:
                    todo.put_nowait((item, left - 1))
                last[item] = error
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return results
