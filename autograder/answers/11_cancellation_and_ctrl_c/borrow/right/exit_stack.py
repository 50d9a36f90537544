# An AsyncExitStack calls what gives back.
import asyncio
from contextlib import AsyncExitStack


async def borrow(take, work, give_back):
    async def safely(thing):
        giving = asyncio.create_task(give_back(thing))
        await asyncio.shield(giving) if not (await settled(giving)) else None

    async def settled(giving):
        try:
            await asyncio.wait([giving])
        except asyncio.CancelledError:
            await asyncio.wait([giving])
            raise
        return True

    async with AsyncExitStack() as stack:
        thing = await take()
        stack.push_async_callback(safely, thing)
        return await work(thing)
