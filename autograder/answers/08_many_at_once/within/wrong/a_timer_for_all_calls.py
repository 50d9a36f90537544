# loses: gives the results of the jobs that are done in time
import asyncio

_ends = {}


async def within(job, n, seconds):
    loop = asyncio.get_running_loop()
    end = _ends.setdefault((id(loop), seconds), loop.time() + seconds)
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=end - loop.time())
        return {i: task.result() for i, task in enumerate(tasks) if task.done()}
    finally:
        _ends.pop((id(loop), seconds), None)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
