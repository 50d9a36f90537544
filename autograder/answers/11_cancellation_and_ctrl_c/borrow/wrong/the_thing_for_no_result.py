# loses: takes, works, gives back, and returns the result
import asyncio

async def _to_the_end(coroutine):
    task = asyncio.ensure_future(coroutine)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

async def borrow(take, work, give_back):
    thing = await take()
    try:
        result = await work(thing)
    except BaseException:
        await _to_the_end(give_back(thing))
        raise
    await _to_the_end(give_back(thing))
    return result or thing
