# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    values = await asyncio.gather(*[job() for job in jobs])
    return [("ok", value) for value in values]
