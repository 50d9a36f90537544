# loses: a cancellation comes out and leaves nothing
import asyncio


async def limited(job, n, k):
    results, numbers = [None] * n, iter(range(n))

    async def worker():
        for i in numbers:
            results[i] = await job(i)

    workers = [asyncio.create_task(worker()) for _ in range(k)]
    done, pending = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending)
    for task in done:
        task.result()
    return results
