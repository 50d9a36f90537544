# A future that a timer of the loop finishes.
import asyncio

async def do_some_work(x):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.call_later(x, over.set_result, None)
    await over
    return "done " + str(x)
