# loses: takes, works, gives back, and returns the result
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    try:
        result = await work(thing)
    except (Exception, asyncio.CancelledError) as e:
        result = e
    giving = asyncio.create_task(give_back(thing))
    try:
        await asyncio.shield(giving)
    except asyncio.CancelledError:
        await giving
        raise
    if isinstance(result, BaseException):
        raise result
    return result
