# loses: an error and a cancellation come out
import asyncio


async def crawl(first, visit, k):
    todo, found, web = asyncio.Queue(), {first}, {}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            web[page] = await visit(page)
            for link in web[page]:
                if link not in found:
                    found.add(link)
                    todo.put_nowait(link)
            todo.task_done()

    try:
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(worker()) for _ in range(k)]
            await todo.join()
            for each in workers:
                each.cancel()
    except BaseExceptionGroup as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    return web
