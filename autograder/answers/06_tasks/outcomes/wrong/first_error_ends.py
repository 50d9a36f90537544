# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    told = []
    try:
        for task in tasks:
            told.append(("ok", await task))
    except Exception as error:
        told.append(("error", type(error).__name__))
    return told
