# Each job puts how it ended into a queue.
import asyncio


async def sort_out(jobs):
    done = asyncio.Queue()

    async def one(i, job):
        try:
            value = await job()
        except (Exception, asyncio.CancelledError) as error:
            await done.put((1, i, error))
        else:
            await done.put((0, i, value))

    pair = {}, {}
    async with asyncio.TaskGroup() as group:
        for i, job in enumerate(jobs):
            group.create_task(one(i, job))
        for _ in jobs:
            kind, i, value = await done.get()
            pair[kind][i] = value
    return pair
