# loses: the items down to enough go through the queue
import asyncio
async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)
async def consume(queue, enough):
    taken = []
    for _ in range(30):
        item = await queue.get()
        if item is None: break
        taken.append(item)
        if item == enough: break
    return taken
async def producer_consumer(n, enough):
    queue = asyncio.Queue(maxsize=1)
    producer = asyncio.create_task(produce(queue, n))
    try:
        return await consume(queue, enough)
    finally:
        producer.cancel()
        await asyncio.wait([producer])
