# loses: gives the results of what worked in the end
import asyncio


async def work_off(items, work, k, tries):
    results, tried = {}, {}
    free, wake = k, asyncio.Event()

    async def one(item):
        tried[item] = tried.get(item, 0) + 1
        try:
            results[item] = await work(item)
        except Exception:
            if tried[item] < tries:
                items.append(item)

    running = set()
    try:
        while items or running:
            while items and len(running) < k:
                running.add(asyncio.create_task(one(items.pop(0))))
            done, running = await asyncio.wait(running, return_when="FIRST_COMPLETED")
    finally:
        for t in running:
            t.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return results
