# The consumer says enough with an Event; the producer looks at it between two items.
import asyncio


async def produce(queue, n, stop=None):
    for item in range(n, 0, -1):
        if stop is not None and stop.is_set():
            break
        await queue.put(item)
    await queue.put("end")


async def consume(queue, enough, stop=None):
    taken = []
    while (item := await queue.get()) != "end":
        taken.append(item)
        if item == enough:
            break
    if stop is not None:
        stop.set()
    return taken


async def producer_consumer(n, enough):
    queue, stop = asyncio.Queue(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue, n, stop))
        consumer = group.create_task(consume(queue, enough, stop))
    return consumer.result()
