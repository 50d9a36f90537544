# loses: the results come in the order of i
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    return [await task for task in asyncio.as_completed(tasks)]
