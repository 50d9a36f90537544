# wait for all, then ask each one.
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    if tasks:
        await asyncio.wait(tasks)
    told = []
    for task in tasks:
        error = task.exception()
        told.append(("error", type(error).__name__) if error is not None else ("ok", task.result()))
    return told
