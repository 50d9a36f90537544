# loses: an error keeps no other job from its end
import asyncio


async def sort_out(jobs):
    results = await asyncio.gather(*[job() for job in jobs])
    return dict(enumerate(results)), {}
