# wait, then cancel and wait until nothing is pending, on each way out.
import asyncio


async def first_wins(jobs):
    tasks = [asyncio.ensure_future(job()) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        [winner, *_] = sorted(done, key=tasks.index)
    except asyncio.CancelledError:
        await stop(tasks)
        raise
    await stop(tasks)
    return await winner


async def stop(tasks):
    for task in tasks:
        task.cancel()
    while pending := [task for task in tasks if not task.done()]:
        await asyncio.wait(pending)
    for task in tasks:
        if not task.cancelled():
            task.exception()
