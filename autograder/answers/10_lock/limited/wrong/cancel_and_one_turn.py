# loses: an error comes out, and nothing is left
import asyncio


async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def one(i):
        async with places:
            return await job(i)

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.sleep(0)
