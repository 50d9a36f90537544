# loses: they start in order, and a free place is taken at once
import asyncio


async def limited(job, n, k):
    loop = asyncio.get_running_loop()
    running = 0

    async def one(i):
        nonlocal running
        try:
            return await job(i)
        finally:
            running -= 1

    def look(place):
        if place.done():
            return
        if running < k:
            place.set_result(None)
        else:
            loop.call_later(0.0625, look, place)

    tasks = []
    async with asyncio.TaskGroup() as group:
        for i in range(n):
            place = loop.create_future()
            look(place)
            await place
            running += 1
            tasks.append(group.create_task(one(i)))
    return [task.result() for task in tasks]
