# loses: finds every page, and ends by itself
import asyncio


async def crawl(first, visit, k):
    links = {first: await visit(first)}
    places = asyncio.Semaphore(k)

    async def look_at(page):
        async with places:
            links[page] = await visit(page)

    async with asyncio.TaskGroup() as group:
        for page in dict.fromkeys(links[first]):
            if page != first:
                group.create_task(look_at(page))
    return links
