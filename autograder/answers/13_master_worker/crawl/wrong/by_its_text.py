# loses: finds every page, and ends by itself
import asyncio


async def crawl(first, visit, k):
    todo, found, web = asyncio.Queue(), {repr(first)}, {}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            web[page] = await visit(page)
            for link in web[page]:
                if repr(link) not in found:
                    found.add(repr(link))
                    todo.put_nowait(link)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return web
