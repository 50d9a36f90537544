# loses: gives back when work fails, and not when take does
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
    except BaseExceptionGroup:
        raise
    except BaseException:
        await back()
        raise
    await back()
    return result
