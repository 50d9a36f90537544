# Wraps each result in a tuple, so that a returned exception cannot be mistaken.
import asyncio


async def sort_out(jobs):
    async def wrapped(job):
        return (await job(),)

    ended = await asyncio.gather(*[wrapped(job) for job in jobs], return_exceptions=True)
    results = {i: each[0] for i, each in enumerate(ended) if isinstance(each, tuple)}
    errors = {i: each for i, each in enumerate(ended) if isinstance(each, BaseException)}
    return results, errors
