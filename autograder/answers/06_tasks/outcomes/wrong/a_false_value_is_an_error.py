# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    ends = await asyncio.gather(*[job() for job in jobs], return_exceptions=True)
    return [("ok", end) if end else ("error", type(end).__name__) for end in ends]
