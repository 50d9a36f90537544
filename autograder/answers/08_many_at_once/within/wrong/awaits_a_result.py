# loses: the others are cancelled and have ended
import asyncio, inspect


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        found = {i: task.result() for i, task in enumerate(tasks) if task.done()}
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
    return {i: await each if inspect.isawaitable(each) else each for i, each in found.items()}
