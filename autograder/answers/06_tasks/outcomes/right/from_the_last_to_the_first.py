# calls the jobs from the last to the first: the text asks for no order of the calls
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in reversed(jobs)]
    if tasks:
        await asyncio.wait(tasks)
    told = []
    for task in reversed(tasks):
        error = task.exception()
        told.append(("ok", task.result()) if error is None else ("error", type(error).__name__))
    return told
