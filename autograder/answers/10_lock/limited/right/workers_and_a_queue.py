# k workers take numbers from a queue; gather with clean-up
import asyncio


async def limited(job, n, k):
    queue, results = asyncio.Queue(), {}
    for i in range(n):
        queue.put_nowait(i)

    async def worker():
        while not queue.empty():
            i = queue.get_nowait()
            results[i] = await job(i)

    workers = [asyncio.create_task(worker()) for _ in range(k)]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [results[i] for i in range(n)]
