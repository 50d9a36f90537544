# loses: finds every page, and ends by itself
# notes which pages are known by their text: 7 and "7" are one then
import asyncio


async def crawl(first, visit, k):
    todo, links, known = asyncio.Queue(), {}, {str(first)}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            links[page] = await visit(page)
            for each in links[page]:
                if str(each) not in known:
                    known.add(str(each))
                    todo.put_nowait(each)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return links
