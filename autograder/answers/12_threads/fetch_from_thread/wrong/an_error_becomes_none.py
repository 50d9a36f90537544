# loses: the first error comes out, and nothing is left
import asyncio


def fetch_from_thread(loop, job, n):
    async def safe(i):
        try:
            return await job(i)
        except Exception:
            return None

    async def fetch_all():
        return await asyncio.gather(*[safe(i) for i in range(n)])

    return asyncio.run_coroutine_threadsafe(fetch_all(), loop).result()
