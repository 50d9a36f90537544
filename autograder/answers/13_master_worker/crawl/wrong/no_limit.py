# loses: k at once, and who is free takes the next page
import asyncio


async def crawl(first, visit, k):
    links = {first: None}

    async with asyncio.TaskGroup() as group:

        async def look_at(page):
            links[page] = await visit(page)
            for each in links[page]:
                if each not in links:
                    links[each] = None
                    group.create_task(look_at(each))

        group.create_task(look_at(first))
    return links
