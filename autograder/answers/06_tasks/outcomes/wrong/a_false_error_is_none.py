# loses: tells the outcome of each job in order
import asyncio

async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    if tasks:
        await asyncio.wait(tasks)
    return [("ok", t.result()) if not t.exception() else ("error", type(t.exception()).__name__) for t in tasks]
