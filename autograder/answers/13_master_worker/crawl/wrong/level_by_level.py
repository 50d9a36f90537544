# loses: k at once, and who is free takes the next page
import asyncio


async def crawl(first, visit, k):
    links, level = {}, [first]
    places = asyncio.Semaphore(k)

    async def look_at(page):
        async with places:
            links[page] = await visit(page)

    while level:
        async with asyncio.TaskGroup() as group:
            for page in level:
                group.create_task(look_at(page))
        found = dict.fromkeys(link for page in level for link in links[page])
        level = [page for page in found if page not in links]
    return links
