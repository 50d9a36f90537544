# asyncio.sleep takes a second argument, which is its result.
import asyncio

async def do_some_work(x):
    return await asyncio.sleep(x, "done {}".format(x))
