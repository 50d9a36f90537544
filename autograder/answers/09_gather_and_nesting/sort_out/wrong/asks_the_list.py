# loses: returned and raised, failed and cancelled are told apart
import asyncio


async def sort_out(jobs):
    ended = await asyncio.gather(*[job() for job in jobs], return_exceptions=True)
    results = {i: each for i, each in enumerate(ended) if not isinstance(each, BaseException)}
    errors = {i: each for i, each in enumerate(ended) if isinstance(each, BaseException)}
    return results, errors
