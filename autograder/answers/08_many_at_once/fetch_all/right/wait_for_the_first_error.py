# ensure_future and wait.
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.ensure_future(job(i)) for i in range(n)]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done():
                task.result()
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
