# loses: gives the results of what worked in the end
# what failed goes to the end of `items` itself, and the caller finds it there
import asyncio


async def work_off(items, work, k, tries):
    results, failures = {}, {}
    upcoming, under_way = 0, 0
    news = asyncio.Condition()

    async def worker():
        nonlocal upcoming, under_way
        while True:
            async with news:
                await news.wait_for(lambda: upcoming < len(items) or not under_way)
                if upcoming == len(items):
                    return
                item = items[upcoming]
                upcoming += 1
                under_way += 1
            failed = False
            try:
                results[item] = await work(item)
            except Exception:
                failed = True
            async with news:
                under_way -= 1
                failures[item] = failures.get(item, 0) + failed
                if failed and failures[item] < tries:
                    items.append(item)
                news.notify_all()

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return results
