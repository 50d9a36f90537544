# loses: runs all jobs at the same time
import asyncio
async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    told = []
    for task in tasks:
        try:
            told.append(("ok", await asyncio.wait_for(task, 3600)))
        except Exception as error:
            told.append(("error", type(error).__name__))
    return told
