# loses: tells the outcome of each job in order
import asyncio

async def outcomes(jobs):
    async def told(job):
        try:
            return "ok", await job()
        except Exception as error:
            return "error", type(error).__qualname__

    return list(await asyncio.gather(*map(told, jobs)))
