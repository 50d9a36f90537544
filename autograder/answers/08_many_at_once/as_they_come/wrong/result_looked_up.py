# loses: the pairs come in the order of finishing
import asyncio


async def as_they_come(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    order = []
    try:
        for each in asyncio.as_completed(tasks):
            order.append(await each)
        results = [t.result() for t in tasks]
        return [(results.index(r), r) for r in order]
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
