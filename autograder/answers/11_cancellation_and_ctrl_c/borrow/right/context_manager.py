# A context manager that waits as often as it must.
import asyncio
import contextlib


@contextlib.asynccontextmanager
async def borrowed(take, give_back):
    thing = await take()
    try:
        yield thing
    finally:
        giving = asyncio.ensure_future(give_back(thing))
        stopped = False
        while not giving.done():
            try:
                await asyncio.wait([giving])
            except asyncio.CancelledError:
                stopped = True
        if stopped:
            raise asyncio.CancelledError


async def borrow(take, work, give_back):
    async with borrowed(take, give_back) as thing:
        return await work(thing)
