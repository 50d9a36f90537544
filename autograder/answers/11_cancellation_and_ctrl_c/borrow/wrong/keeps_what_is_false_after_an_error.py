# loses: gives back when work fails, and not when take does
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
        if thing:
            await _to_the_end(give_back(thing))
        raise
    await _to_the_end(give_back(thing))
    return result
