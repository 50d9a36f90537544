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
            item = await asyncio.wait_for(queue.get(), 0.5)
        except TimeoutError:
            continue
        if item is None:
            return taken
        taken.append(item)
        if item == enough:
            return taken
async def producer_consumer(n, enough):
    queue = asyncio.Queue(maxsize=1)
    producer = asyncio.create_task(produce(queue, n))
    try:
        return await consume(queue, enough)
    finally:
        producer.cancel()
        await asyncio.wait([producer])
