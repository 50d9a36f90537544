# loses: the jobs run in the loop's thread
import asyncio


def fetch_from_thread(loop, job, n):
    async def fetch_all():
        return await asyncio.gather(*[job(i) for i in range(n)])

    return asyncio.run(fetch_all())
