# an END for each worker, put by whoever settles the last item
import asyncio


async def work_off(items, work, k, tries):
    todo, end = asyncio.Queue(), object()
    results, failures = {}, dict.fromkeys(items, 0)
    unsettled = len(items)
    for item in items:
        await todo.put(item)

    async def worker():
        nonlocal unsettled
        while unsettled:
            item = await todo.get()
            if item is end:
                return
            try:
                results[item] = await work(item)
            except Exception:
                failures[item] += 1
                if failures[item] < tries:
                    await todo.put(item)
                    continue
            unsettled -= 1
            if not unsettled:
                for _ in range(k):
                    await todo.put(end)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return results
