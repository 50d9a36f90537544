# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    pairs = []
    for task in tasks:
        try:
            pairs.append(("ok", await task))
        except Exception as error:
            pairs.append(("error", repr(error).partition("(")[0]))
    return pairs
