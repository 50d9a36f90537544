# loses: an error and a cancellation come out
import asyncio


async def crawl(first, visit, k):
    web, found, todo, under_way = {}, {first}, [first], {}
    try:
        while todo or under_way:
            while todo and len(under_way) < k:
                page = todo.pop(0)
                under_way[asyncio.create_task(visit(page))] = page
            done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in under_way if task in done]:
                page = under_way.pop(task)
                web[page] = task.result()
                for link in web[page]:
                    if link not in found:
                        found.add(link)
                        todo.append(link)
    except (Exception, asyncio.CancelledError):
        if under_way:
            for task in under_way:
                task.cancel()
            await asyncio.wait(under_way)
        raise
    return web
