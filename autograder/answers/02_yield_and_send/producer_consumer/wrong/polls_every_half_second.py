# loses: consume waits for items and takes none after enough
import asyncio


async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)


async def consume(queue, enough):
    taken = []
    while True:
        try:
            item = queue.get_nowait()
        except asyncio.QueueEmpty:
            await asyncio.sleep(0.5)
            continue
        if item is None:
            return taken
        taken.append(item)
        if item == enough:
            return taken


async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    await produce(queue, n)
    return await consume(queue, enough)
