# The same as an async context manager, with a helper that does not let itself be cut short.
import asyncio
import contextlib


async def to_its_end(job):
    task = asyncio.get_running_loop().create_task(job)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


@contextlib.asynccontextmanager
async def borrowed(take, give_back):
    thing = await take()
    try:
        yield thing
    finally:
        await to_its_end(give_back(thing))


async def borrow(take, work, give_back):
    async with borrowed(take, give_back) as thing:
        return await work(thing)
