# loses: a cancellation does not cut give_back short
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    try:
        return await work(thing)
    finally:
        await asyncio.shield(give_back(thing))
