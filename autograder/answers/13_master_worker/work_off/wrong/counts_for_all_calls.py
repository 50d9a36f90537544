# loses: gives the results of what worked in the end
import asyncio

_failed = {}

async def work_off(items, work, k, tries):
    queue, results = asyncio.Queue(), {}
    for item in items:
        queue.put_nowait(item)
        _failed.setdefault(item, 0)

    async def worker():
        while True:
            item = await queue.get()
            try:
                results[item] = await work(item)
                _failed[item] = 0
            except Exception:
                _failed[item] += 1
                if _failed[item] < tries:
                    queue.put_nowait(item)
                else:
                    _failed[item] = 0
            queue.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await queue.join()
        for each in workers:
            each.cancel()
    return results
