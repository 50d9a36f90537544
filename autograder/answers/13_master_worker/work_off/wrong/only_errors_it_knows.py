# loses: gives the results of what worked in the end
import asyncio
from collections import Counter

async def work_off(items, work, k, tries):
    queue, failed, results = asyncio.Queue(), Counter(), {}
    for item in items:
        queue.put_nowait(item)

    async def worker():
        while True:
            item = await queue.get()
            try:
                results[item] = await work(item)
            except (OSError, ValueError, LookupError):
                failed[item] += 1
                if failed[item] < tries:
                    queue.put_nowait(item)
            queue.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await queue.join()
        for each in workers:
            each.cancel()
    return results
