# loses: a cancellation does not cut give_back short
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    error = None
    try:
        result = await work(thing)
    except BaseException as e:
        error = e
    giving = asyncio.create_task(give_back(thing))
    try:
        await asyncio.shield(giving)
    except asyncio.CancelledError:
        await giving
        if error is None:
            raise
    if error:
        raise error
    return result
