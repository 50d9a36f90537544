# a condition and a count
import asyncio


async def limited(job, n, k):
    running, changed = 0, asyncio.Condition()

    async def one(i):
        nonlocal running
        async with changed:
            await changed.wait_for(lambda: running < k)
            running += 1
        try:
            return await job(i)
        finally:
            running -= 1
            async with changed:
                changed.notify()

    tasks = [asyncio.ensure_future(one(i)) for i in range(n)]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
