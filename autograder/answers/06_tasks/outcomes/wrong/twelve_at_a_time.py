# loses: runs all jobs at the same time
import asyncio


async def outcomes(jobs):
    sem = asyncio.Semaphore(12)

    async def one(job):
        async with sem:
            try:
                return "ok", await job()
            except Exception as e:
                return "error", type(e).__name__

    return list(await asyncio.gather(*map(one, jobs)))
