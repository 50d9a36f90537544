# loses: consume waits for items and takes none after enough
import asyncio


async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)


async def consume(queue, enough):
    loop = asyncio.get_running_loop()
    taken, over = [], loop.create_future()

    def look():
        while not over.done() and not queue.empty():
            item = queue.get_nowait()
            if item is not None:
                taken.append(item)
            if item is None or item == enough:
                over.set_result(taken)
        if not over.done():
            loop.call_later(0.05, look)

    look()
    return await over


async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    await produce(queue, n)
    return await consume(queue, enough)
