# loses: produce puts n down to 1 and waits while the queue is full
import asyncio


async def produce(queue, n):
    for item in [*range(n, 0, -1), None]:
        while queue.full():
            await asyncio.sleep(30)
        queue.put_nowait(item)


async def consume(queue, enough):
    taken = []
    while (item := await queue.get()) is not None:
        taken.append(item)
        if item == enough:
            break
    return taken


async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    await produce(queue, n)
    return await consume(queue, enough)
