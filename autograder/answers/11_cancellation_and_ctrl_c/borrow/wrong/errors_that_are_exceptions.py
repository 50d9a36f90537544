# loses: gives back when work fails, and not when take does
# after an error that is neither an Exception nor CancelledError nothing is given back
import asyncio


async def borrow(take, work, give_back):
    thing = await take()

    async def back():
        giving = asyncio.create_task(give_back(thing))
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await giving
            raise

    try:
        result = await work(thing)
    except (Exception, asyncio.CancelledError):
        await back()
        raise
    await back()
    return result
