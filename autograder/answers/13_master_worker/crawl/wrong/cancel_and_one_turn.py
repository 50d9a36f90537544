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

    workers = [asyncio.create_task(worker()) for n in range(k)]
    joining = asyncio.create_task(todo.join())
    try:
        done, _ = await asyncio.wait([joining, *workers], return_when="FIRST_COMPLETED")
        for t in done:
            t.result()
    finally:
        for each in (joining, *workers):
            each.cancel()
        await asyncio.sleep(0)
    return links
