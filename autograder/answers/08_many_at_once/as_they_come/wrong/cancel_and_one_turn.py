# loses: the first error comes out, and nothing is left
import asyncio


async def as_they_come(job, n):
    pairs = []

    async def run(i):
        pairs.append((i, await job(i)))

    tasks = [asyncio.create_task(run(i)) for i in range(n)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.sleep(0)
    return pairs
