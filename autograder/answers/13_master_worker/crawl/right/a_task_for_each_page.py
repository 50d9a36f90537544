# a semaphore, and each page starts the tasks of the pages it has found
import asyncio


async def crawl(first, visit, k):
    found = {first: None}
    places = asyncio.Semaphore(k)

    async with asyncio.TaskGroup() as group:

        async def look_at(page):
            async with places:
                found[page] = await visit(page)
            for link in found[page]:
                if link not in found:
                    found[link] = None
                    group.create_task(look_at(link))

        group.create_task(look_at(first))
    return found
