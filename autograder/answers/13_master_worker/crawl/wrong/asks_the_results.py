# loses: visits each page once
import asyncio


async def crawl(first, visit, k):
    todo = asyncio.Queue()
    links = {}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            links[page] = await visit(page)
            for each in links[page]:
                if each not in links:
                    todo.put_nowait(each)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return links
