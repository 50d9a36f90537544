# loses: k at once, and who is free takes the next page
async def crawl(first, visit, k):
    links = {}

    async def look_at(page):
        if page in links:
            return
        links[page] = None
        links[page] = await visit(page)
        for each in links[page]:
            await look_at(each)

    await look_at(first)
    return links
