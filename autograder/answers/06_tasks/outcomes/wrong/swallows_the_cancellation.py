# loses: tells the outcome of each job in order
# except BaseException also takes its own cancellation for an error of a job
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    told = []
    for task in tasks:
        try:
            told.append(("ok", await task))
        except BaseException as error:
            told.append(("error", type(error).__name__))
    return told
