# takes a place before it makes the task; the task gives it back
import asyncio


async def limited(job, n, k):
    places, tasks = asyncio.Semaphore(k), []

    async def one(i):
        try:
            return await job(i)
        finally:
            places.release()

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            await places.acquire()
            tasks.append(group.create_task(one(i)))
    return [task.result() for task in tasks]
