# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    async def one(job):
        told = []
        try:
            told.append(("ok", await job()))
        except* Exception as group:
            told.append(("error", type(group.exceptions[0]).__name__))
        return told[0]

    return list(await asyncio.gather(*[one(job) for job in jobs]))
