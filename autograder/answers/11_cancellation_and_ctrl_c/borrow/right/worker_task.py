# work is a task that is waited for; the error and the result come out of it in the end.
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    working = asyncio.create_task(work(thing))
    cancelled = False
    try:
        await asyncio.wait({working})
    except asyncio.CancelledError:
        cancelled = True
        working.cancel()
        await asyncio.wait({working})
    giving = asyncio.create_task(give_back(thing))
    for _ in range(2):
        try:
            await asyncio.wait({giving})
            break
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return working.result()
