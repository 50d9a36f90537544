# loses: gives back when it is cancelled while work runs
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    working = asyncio.create_task(work(thing))
    try:
        await asyncio.wait([working])
        return working.result()
    finally:
        working.cancel()
        giving = asyncio.create_task(give_back(thing))
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await giving
            raise
