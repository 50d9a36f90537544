# loses: gives back when it is cancelled while work runs
import asyncio


async def to_its_end(job):
    task = asyncio.create_task(job)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def borrow(take, work, give_back):
    thing = await take()
    try:
        result = await work(thing)
    except Exception:
        await to_its_end(give_back(thing))
        raise
    await to_its_end(give_back(thing))
    return result
