# loses: the first error reaches the caller, and nothing is left
# asks whether the error is true, and not whether there is one
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return []
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        if error := task.exception():
            raise error
    return [None if each.cancelled() or each.exception() is not None else each.result() for each in tasks]
