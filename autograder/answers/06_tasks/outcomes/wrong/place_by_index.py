# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    told = [None] * len(jobs)

    async def one(job):
        try:
            told[jobs.index(job)] = "ok", await job()
        except Exception as e:
            told[jobs.index(job)] = "error", type(e).__name__

    await asyncio.gather(*[one(job) for job in jobs])
    return told
