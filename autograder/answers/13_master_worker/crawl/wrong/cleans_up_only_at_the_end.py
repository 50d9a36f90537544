# loses: an error and a cancellation come out
import asyncio


async def crawl(first, visit, k):
    todo = asyncio.Queue()
    links, seen = {}, {first}
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

    workers = [asyncio.create_task(worker()) for _ in range(k)]
    joining = asyncio.create_task(todo.join())
    await asyncio.wait([joining, *workers], return_when=asyncio.FIRST_COMPLETED)
    for each in (joining, *workers):
        if each.done():
            each.result()
        each.cancel()
    await asyncio.wait(workers)
    return links
