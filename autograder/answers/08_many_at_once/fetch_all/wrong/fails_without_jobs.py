# loses: the results come in the order of i
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
