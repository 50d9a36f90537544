# loses: gives the results of the jobs that are done in time
import asyncio


async def within(job, n, seconds):
    try:
        results = await asyncio.wait_for(asyncio.gather(*[job(i) for i in range(n)]), seconds)
        return dict(enumerate(results))
    except TimeoutError:
        return {}
