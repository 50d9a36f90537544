# loses: the loop goes on while a call is under way
import asyncio
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(4)


async def unblock(blocking, items):
    futures = [POOL.submit(blocking, item) for item in items]
    while not all(future.done() for future in futures):
        await asyncio.sleep(0.01)
    return [future.result() for future in futures]
