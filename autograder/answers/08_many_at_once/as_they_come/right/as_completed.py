# as_completed over jobs that tell their number.
import asyncio


async def as_they_come(job, n):
    async def numbered(i):
        return i, await job(i)

    tasks = [asyncio.create_task(numbered(i)) for i in range(n)]
    try:
        return [await pair for pair in asyncio.as_completed(tasks)]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
