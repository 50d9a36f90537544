# a count of its own, and an END for each worker when it is zero
import asyncio


async def crawl(first, visit, k):
    todo = asyncio.Queue()
    end = object()
    links = {}
    seen = {first}
    open_pages = 1
    todo.put_nowait(first)

    async def worker():
        nonlocal open_pages
        while (page := await todo.get()) is not end:
            links[page] = await visit(page)
            for each in links[page]:
                if each not in seen:
                    seen.add(each)
                    open_pages += 1
                    todo.put_nowait(each)
            open_pages -= 1
            if open_pages == 0:
                for _ in range(k):
                    todo.put_nowait(end)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return links
