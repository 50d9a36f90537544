# loses: an error decides only if it comes first
import asyncio


async def first_wins(jobs):
    first = asyncio.get_running_loop().create_future()
    ends = {}

    async def one(i, job):
        try:
            ends[i] = (True, await job())
        except Exception as error:
            ends[i] = (False, error)
        if not first.done():
            first.set_result(None)

    tasks = [asyncio.create_task(one(i, job)) for i, job in enumerate(jobs)]
    try:
        await first
        won = min(ends)
        good, value = ends[won]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    if good:
        return value
    raise value
