# loses: what failed is tried again behind all others
import asyncio


async def work_off(items, work, k, tries):
    places = asyncio.Semaphore(k)
    results = {}

    async def attempt(item):
        async with places:
            try:
                results[item] = await work(item)
            except Exception:
                print(item, "failed")

    for _ in range(tries):
        async with asyncio.TaskGroup() as group:
            for item in items:
                if item not in results:
                    group.create_task(attempt(item))
    return results
