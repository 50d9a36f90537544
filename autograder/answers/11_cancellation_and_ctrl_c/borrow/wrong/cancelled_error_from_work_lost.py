# loses: gives back when it is cancelled while work runs
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    result = error = None
    cancelled = False
    try:
        result = await work(thing)
    except asyncio.CancelledError:
        cancelled = asyncio.current_task().cancelling() > 0
    except Exception as e:
        error = e
    giving = asyncio.create_task(give_back(thing))
    try:
        await asyncio.shield(giving)
    except asyncio.CancelledError:
        await giving
        raise
    if cancelled:
        raise asyncio.CancelledError
    if error:
        raise error
    return result
