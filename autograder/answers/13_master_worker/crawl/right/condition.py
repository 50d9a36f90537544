# no queue: a list, a condition, and the number of those who are visiting
import asyncio


async def crawl(first, visit, k):
    pages, links, busy, next_one = [first], {}, 0, 0
    changed = asyncio.Condition()

    async def worker():
        nonlocal busy, next_one
        while True:
            async with changed:
                await changed.wait_for(lambda: next_one < len(pages) or busy == 0)
                if next_one == len(pages):
                    return
                page = pages[next_one]
                next_one += 1
                busy += 1
            links[page] = await visit(page)
            async with changed:
                busy -= 1
                for each in links[page]:
                    if each not in pages:
                        pages.append(each)
                changed.notify_all()

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return links
