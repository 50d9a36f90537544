# loses: the loop goes on while a call is under way
import asyncio
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(4)


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()
    futures = [POOL.submit(blocking, item) for item in items]
    over = loop.create_future()

    def look():
        if over.done():
            return
        if all(future.done() for future in futures):
            over.set_result(None)
        else:
            loop.call_later(0.01, look)

    look()
    await over
    return [future.result() for future in futures]
