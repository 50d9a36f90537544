# loses: an error comes out, and nothing is left
import asyncio


async def limited(job, n, k):
    numbers, results = iter(range(n)), [None] * n

    async def worker():
        for i in numbers:
            results[i] = await job(i)

    workers = [asyncio.create_task(worker()) for _ in range(min(n, k))]
    try:
        await asyncio.gather(*workers)
    except (Exception, asyncio.CancelledError):
        for each in workers:
            each.cancel()
        await asyncio.wait(workers)
        raise
    return results
