# loses: returns done and the number
import asyncio

async def do_some_work(x):
    await asyncio.sleep(x)
    return "done %d" % x
