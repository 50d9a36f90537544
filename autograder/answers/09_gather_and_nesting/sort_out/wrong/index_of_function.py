# loses: the results of all jobs, which overlap
import asyncio


async def sort_out(jobs):
    results, errors = {}, {}

    async def one(job):
        i = jobs.index(job)
        try:
            results[i] = await job()
        except (Exception, asyncio.CancelledError) as e:
            errors[i] = e

    async with asyncio.TaskGroup() as g:
        for job in jobs:
            g.create_task(one(job))
    return results, errors
