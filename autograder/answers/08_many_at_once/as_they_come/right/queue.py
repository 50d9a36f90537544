# The jobs put their pairs into a queue.
import asyncio


async def as_they_come(job, n):
    queue = asyncio.Queue()

    async def run(i):
        await queue.put((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return [queue.get_nowait() for _ in range(n)]
