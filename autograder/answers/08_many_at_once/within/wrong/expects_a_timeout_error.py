# loses: the others are cancelled and have ended
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return {}
    try:
        await asyncio.wait(tasks, timeout=seconds)
    except TimeoutError:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return {i: task.result() for i, task in enumerate(tasks) if task.done()}
