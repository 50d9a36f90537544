# wait, then stop the rest in a finally.
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        return {i: task.result() for i, task in enumerate(tasks) if task.done()}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
