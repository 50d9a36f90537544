# Wait until it is given back, however often cancelled; then raise what was held up.
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    held_up = None
    try:
        return await work(thing)
    finally:
        giving = asyncio.ensure_future(give_back(thing))
        while not giving.done():
            try:
                await asyncio.shield(giving)
            except asyncio.CancelledError as error:
                held_up = error
        if held_up is not None:
            raise held_up
