# loses: takes, works, gives back, and returns the result
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    try:
        return await work(thing)
    finally:
        giving = asyncio.create_task(give_back(thing))
