# a task for each item, and a fair semaphore is the queue
import asyncio


async def work_off(items, work, k, tries):
    places = asyncio.Semaphore(k)
    results = {}

    async def stubborn(item):
        for _ in range(tries):
            async with places:
                try:
                    results[item] = await work(item)
                    return
                except Exception as error:
                    print(item, "failed:", error)
            # Behind all that wait: a semaphore serves first who came first.
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(stubborn(item))
    return results
