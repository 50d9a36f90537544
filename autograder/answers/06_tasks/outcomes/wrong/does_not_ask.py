# loses: leaves no error that nobody looked at
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    if tasks:
        await asyncio.wait(tasks)
    told = []
    for task in tasks:
        if "exception=" in repr(task):
            told.append(("error", repr(task).split("exception=")[1].split("(")[0]))
        else:
            told.append(("ok", task.result()))
    return told
