# loses: gives back when work fails, and not when take does
# keeps what was taken in an attribute of the function, where a second call finds it
import asyncio


async def borrow(take, work, give_back):
    try:
        borrow.thing = await take()
        return await work(borrow.thing)
    finally:
        if hasattr(borrow, "thing"):
            giving = asyncio.create_task(give_back(borrow.thing))
            try:
                await asyncio.shield(giving)
            except asyncio.CancelledError:
                await giving
                raise
            finally:
                del borrow.thing
