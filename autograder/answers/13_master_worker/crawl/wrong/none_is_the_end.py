# loses: finds every page, and ends by itself
import asyncio


async def crawl(first, visit, k):
    todo = asyncio.Queue()
    links, seen, busy = {}, {first}, 0
    todo.put_nowait(first)

    async def worker():
        nonlocal busy
        while (page := await todo.get()) is not None:
            busy += 1
            links[page] = await visit(page)
            busy -= 1
            for each in links[page]:
                if each not in seen:
                    seen.add(each)
                    todo.put_nowait(each)
            if not busy and todo.empty():
                for _ in range(k):
                    todo.put_nowait(None)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return links
