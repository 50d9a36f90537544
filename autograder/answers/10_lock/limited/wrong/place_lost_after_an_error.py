# loses: an error comes out, and nothing is left
import asyncio


async def limited(job, n, k):
    semaphore = asyncio.Semaphore(k)

    async def one(i):
        await semaphore.acquire()
        result = await job(i)
        semaphore.release()
        return result

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return ends
