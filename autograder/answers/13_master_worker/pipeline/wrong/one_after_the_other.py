# loses: k at once, and who is free takes the next
async def pipeline(source, work, k):
    async for item in source:
        await work(item)
