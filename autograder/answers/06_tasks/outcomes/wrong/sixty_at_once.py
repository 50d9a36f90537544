# loses: runs all jobs at the same time
import asyncio

async def outcomes(jobs):
    limit = asyncio.Semaphore(60)

    async def told(job):
        async with limit:
            try:
                return "ok", await job()
            except Exception as error:
                return "error", type(error).__name__

    return list(await asyncio.gather(*map(told, jobs)))
