# loses: the first error reaches the caller, and nothing is left
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        return await asyncio.gather(*tasks)
    except (Exception, asyncio.CancelledError):
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        raise
