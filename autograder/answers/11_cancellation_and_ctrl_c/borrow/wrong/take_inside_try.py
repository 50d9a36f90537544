# loses: gives back when work fails, and not when take does
import asyncio


async def borrow(take, work, give_back):
    thing = None
    try:
        thing = await take()
        return await work(thing)
    finally:
        giving = asyncio.create_task(give_back(thing))
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await giving
            raise
