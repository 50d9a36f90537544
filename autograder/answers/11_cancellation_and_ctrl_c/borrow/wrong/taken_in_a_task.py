# loses: a cancellation does not cut give_back short
import asyncio


async def borrow(take, work, give_back):
    thing = await asyncio.create_task(take())
    try:
        return await work(thing)
    finally:
        giving = asyncio.create_task(give_back(thing))
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await giving
            raise
