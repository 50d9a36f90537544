# Both put their results into a queue, with their places.
import asyncio


async def say_both(say_after):
    q = asyncio.Queue()

    async def one(place, *a):
        await q.put((place, await say_after(*a)))

    a = asyncio.create_task(one(0, 2, "hello"))
    b = asyncio.create_task(one(1, 1, "world"))
    got = dict([await q.get(), await q.get()])
    await a
    await b
    return [got[0], got[1]]
