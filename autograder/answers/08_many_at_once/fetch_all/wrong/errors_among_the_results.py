# loses: the first error reaches the caller, and nothing is left
import asyncio


async def fetch_all(job, n):
    return await asyncio.gather(*[job(i) for i in range(n)], return_exceptions=True)
