# loses: a cancellation comes out when all jobs have ended
import asyncio


async def sort_out(jobs):
    results, errors = {}, {}
    tasks = [asyncio.create_task(job()) for job in jobs]
    for i, task in enumerate(tasks):
        try:
            results[i] = await task
        except (Exception, asyncio.CancelledError) as error:
            errors[i] = error
    return results, errors
