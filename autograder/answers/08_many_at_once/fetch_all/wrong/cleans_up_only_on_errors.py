# loses: a cancellation comes out and leaves nothing
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return []
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    failed = [t for t in tasks if t.done() and t.exception()]
    if failed:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise failed[0].exception()
    return [task.result() for task in tasks]
