# loses: k at once, and who is free takes the next page
# never more than ten at once, however large k is
import asyncio


async def crawl(first, visit, k):
    todo, links, seen = asyncio.Queue(), {}, {first}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            links[page] = await visit(page)
            for each in links[page]:
                if each not in seen:
                    seen.add(each)
                    todo.put_nowait(each)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(min(k, 10))]
        await todo.join()
        for each in workers:
            each.cancel()
    return links
