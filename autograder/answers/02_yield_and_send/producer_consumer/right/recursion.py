# consume calls itself for the rest
import asyncio
END = object()
async def produce(queue, n):
    if n:
        await queue.put(n)
        await produce(queue, n - 1)
    else:
        await queue.put(END)
async def consume(queue, enough):
    match await queue.get():
        case item if item is END:
            return []
        case item if item == enough:
            return [item]
        case item:
            return [item, *await consume(queue, enough)]
async def producer_consumer(n, enough):
    queue = asyncio.Queue(2)
    producing = asyncio.ensure_future(produce(queue, n))
    consuming = asyncio.ensure_future(consume(queue, enough))
    await asyncio.wait([consuming])
    producing.cancel()
    await asyncio.gather(producing, return_exceptions=True)
    return consuming.result()
