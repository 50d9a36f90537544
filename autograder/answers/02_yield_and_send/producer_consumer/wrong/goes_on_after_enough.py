# loses: consume waits for items and takes none after enough
import asyncio


async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)


async def consume(queue, enough):
    taken, wants_more = [], True
    while (item := await queue.get()) is not None:
        if wants_more:
            taken.append(item)
        if item == enough:
            wants_more = False
    return taken


async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    _, taken = await asyncio.gather(produce(queue, n), consume(queue, enough))
    return taken
