# The consumer leaves, and the rest of a bounded queue is poured away until the producer has ended.
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


async def pour_away(queue):
    while await queue.get() is not None:
        pass


async def producer_consumer(n, enough):
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        producer = group.create_task(produce(queue, n))
        taken = await consume(queue, enough)
        if enough in taken:
            await pour_away(queue)
        await producer
    return taken
