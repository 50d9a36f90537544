# loses: k at once, and who is free takes the next page
async def crawl(first, visit, k):
    links, waiting, seen = {}, [first], {first}
    for page in waiting:
        links[page] = await visit(page)
        for each in links[page]:
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return links
