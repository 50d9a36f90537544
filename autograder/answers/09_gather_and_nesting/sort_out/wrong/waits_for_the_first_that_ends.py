# loses: a cancellation comes out when all jobs have ended
import asyncio


async def sort_out(jobs):
    results, errors = {}, {}

    async def note(i, job):
        task = asyncio.current_task()
        try:
            results[i] = await job()
        except asyncio.CancelledError as error:
            if task.cancelling():
                raise
            errors[i] = error
        except Exception as error:
            errors[i] = error

    await asyncio.gather(*[note(i, job) for i, job in enumerate(jobs)])
    return results, errors
