# loses: an error comes out, and nothing is left
import asyncio


async def limited(job, n, k):
    semaphore = asyncio.Semaphore(k)

    async def one(i):
        async with semaphore:
            return await job(i)

    return await asyncio.gather(*[one(i) for i in range(n)], return_exceptions=True)
