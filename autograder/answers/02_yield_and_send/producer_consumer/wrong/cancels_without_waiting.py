# loses: nothing is left behind
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


async def producer_consumer(n, enough):
    queue = asyncio.Queue(maxsize=1)
    producer = asyncio.create_task(produce(queue, n))
    try:
        return await consume(queue, enough)
    finally:
        producer.cancel()
