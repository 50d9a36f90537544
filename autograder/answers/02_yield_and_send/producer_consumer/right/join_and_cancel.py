# waits for join or for the consumer
import asyncio
async def produce(queue, n):
    for item in reversed(range(1, n + 1)):
        await queue.put(item)
async def consume(queue, enough, items=None):
    items = [] if items is None else items
    while True:
        items.append(await queue.get())
        if items[-1] == enough:
            return items
        queue.task_done()
async def producer_consumer(n, enough):
    queue, items = asyncio.Queue(), []
    consuming = asyncio.create_task(consume(queue, enough, items))
    await produce(queue, n)
    joining = asyncio.create_task(queue.join())
    await asyncio.wait([consuming, joining], return_when=asyncio.FIRST_COMPLETED)
    consuming.cancel()
    joining.cancel()
    await asyncio.wait([consuming, joining])
    return items
