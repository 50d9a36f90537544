# loses: visits each page once
import asyncio


async def crawl(first, visit, k):
    todo = asyncio.Queue()
    links, seen = {}, {first}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            links[page] = await visit(page)
            new = [e for e in links[page] if e not in seen]
            seen.update(new)
            for e in new:
                todo.put_nowait(e)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for n in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return links
