# loses: the first error reaches the caller, and nothing is left
import asyncio


async def fetch_all(job, n):
    results = await asyncio.gather(*[job(i) for i in range(n)], return_exceptions=True)
    for r in results:
        if isinstance(r, Exception):
            raise r
    return results
