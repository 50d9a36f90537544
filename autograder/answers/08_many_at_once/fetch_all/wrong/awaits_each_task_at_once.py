# loses: the jobs overlap
import asyncio


async def fetch_all(job, n):
    results = []
    for i in range(n):
        results.append(await asyncio.create_task(job(i)))
    return results
