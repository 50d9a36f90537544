# Each worker asks the source itself, one after the other, under a lock.
import asyncio


async def pipeline(source, work, k):
    lock, it, over = asyncio.Lock(), aiter(source), False

    async def worker():
        nonlocal over
        while True:
            async with lock:
                if over:
                    return
                try:
                    item = await anext(it)
                except StopAsyncIteration:
                    over = True
                    return
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
