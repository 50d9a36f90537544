# loses: finds every page, and ends by itself
import asyncio
async def crawl(first, visit, k):
    todo = asyncio.Queue()
    links, seen = {}, {first}
    todo.put_nowait(first)
    async def worker():
        while True:
            page = await todo.get()
            links[page] = await asyncio.wait_for(visit(page), 3600)
            for each in links[page]:
                if each not in seen:
                    seen.add(each)
                    todo.put_nowait(each)
            todo.task_done()
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for n in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return links
