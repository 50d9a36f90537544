# loses: tells the outcome of each job in order
import asyncio

async def _told(job):
    try:
        return "ok", await job()
    except (ValueError, LookupError, OSError, TypeError, RuntimeError) as error:
        return "error", type(error).__name__

async def outcomes(jobs):
    return list(await asyncio.gather(*map(_told, jobs)))
