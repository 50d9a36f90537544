# loses: gives back when it is cancelled while work runs
import asyncio


async def borrow(take, work, give_back):
    async def all_of_it():
        thing = await take()
        try:
            return await work(thing)
        finally:
            await give_back(thing)

    task = asyncio.create_task(all_of_it())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
