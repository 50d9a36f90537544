# loses: a cancellation does not cut give_back short
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    try:
        return await work(thing)
    finally:
        giving = asyncio.create_task(give_back(thing))
        await asyncio.sleep(0)
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await giving
            raise
