# Side by side on an unbounded queue, where the producer always comes to its end.
import asyncio


END = object()


async def produce(queue, n):
    while n > 0:
        await queue.put(n)
        n -= 1
    await queue.put(END)


async def consume(queue, enough):
    taken = []
    while True:
        item = await queue.get()
        if item is END:
            return taken
        taken.append(item)
        if item == enough:
            return taken


async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    _, taken = await asyncio.gather(produce(queue, n), consume(queue, enough))
    return taken
