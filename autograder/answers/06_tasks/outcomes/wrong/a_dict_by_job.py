# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    tasks = {job: asyncio.create_task(job()) for job in jobs}
    told = []
    for job in jobs:
        try:
            told.append(("ok", await tasks[job]))
        except Exception as e:
            told.append(("error", type(e).__name__))
    return told
