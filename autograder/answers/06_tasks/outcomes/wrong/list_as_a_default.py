# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs, told=[]):
    told.clear()
    tasks = [asyncio.create_task(j()) for j in jobs]
    for t in tasks:
        try:
            told.append(("ok", await t))
        except Exception as e:
            told.append(("error", type(e).__name__))
    return told
