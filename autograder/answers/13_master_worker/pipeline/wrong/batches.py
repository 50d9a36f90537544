# loses: k at once, and who is free takes the next
import asyncio


async def pipeline(source, work, k):
    batch = []
    async for item in source:
        batch.append(item)
        if len(batch) == k:
            async with asyncio.TaskGroup() as group:
                for each in batch:
                    group.create_task(work(each))
            batch = []
    async with asyncio.TaskGroup() as group:
        for each in batch:
            group.create_task(work(each))
