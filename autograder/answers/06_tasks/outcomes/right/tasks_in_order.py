# A task for each, awaited in order.
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    told = []
    for task in tasks:
        try:
            told.append(("ok", await task))
        except Exception as error:
            told.append(("error", type(error).__name__))
    return told
