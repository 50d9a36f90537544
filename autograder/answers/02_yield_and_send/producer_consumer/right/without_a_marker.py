# No marker: when the producer has ended and the queue is empty, the consumer is cancelled.
import asyncio


async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)


async def consume(queue, enough, taken=None):
    taken = [] if taken is None else taken
    while True:
        taken.append(await queue.get())
        queue.task_done()
        if taken[-1] == enough:
            return taken


async def producer_consumer(n, enough):
    queue, taken = asyncio.Queue(3), []

    async def produce_and_wait():
        await produce(queue, n)
        await queue.join()

    tasks = [
        asyncio.create_task(consume(queue, enough, taken)),
        asyncio.create_task(produce_and_wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return taken
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
