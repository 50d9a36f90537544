# loses: k at once, and who is free takes the next page
import asyncio


async def crawl(first, visit, k):
    todo = asyncio.Queue()
    links, seen = {}, {first}
    todo.put_nowait(first)

    async def worker():
        while not todo.empty():
            page = await todo.get()
            links[page] = await visit(page)
            for each in links[page]:
                if each not in seen:
                    seen.add(each)
                    todo.put_nowait(each)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return links
