# asyncio.wait cancels nothing: wait for the task, and once more where cancelled.
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    try:
        result = await work(thing)
    finally:
        giving = asyncio.create_task(give_back(thing))
        try:
            await asyncio.wait([giving])
        except asyncio.CancelledError:
            await asyncio.wait([giving])
            raise
    return result
