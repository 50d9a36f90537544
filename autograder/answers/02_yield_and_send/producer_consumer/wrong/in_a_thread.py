# loses: the items down to enough go through the queue
import asyncio


async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)


async def consume(queue, enough):
    taken = []
    while (item := await queue.get()) is not None:
        taken.append(item)
        if item == enough:
            break
    return taken


async def both(n, enough):
    queue = asyncio.Queue()
    await produce(queue, n)
    return await consume(queue, enough)


async def producer_consumer(n, enough):
    return await asyncio.to_thread(lambda: asyncio.run(both(n, enough)))
