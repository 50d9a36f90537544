# loses: the others are cancelled and have ended
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return {}
    done, pending = await asyncio.wait(tasks, timeout=seconds)
    for task in pending:
        task.cancel()
    return {i: task.result() for i, task in enumerate(tasks) if task in done}
