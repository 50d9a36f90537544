# no queue: the workers take from the source themselves, one at a time
import asyncio


async def pipeline(source, work, k):
    items = aiter(source)
    one_at_a_time = asyncio.Lock()
    over = False

    async def worker():
        nonlocal over
        while True:
            async with one_at_a_time:
                if over:
                    return
                try:
                    item = await anext(items)
                except StopAsyncIteration:
                    over = True
                    return
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
