# loses: a cancellation does not cut give_back short
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    try:
        result = await work(thing)
    except BaseException:
        await give_back(thing)
        raise
    giving = asyncio.create_task(give_back(thing))
    try:
        await asyncio.shield(giving)
    except asyncio.CancelledError:
        await giving
        raise
    return result
