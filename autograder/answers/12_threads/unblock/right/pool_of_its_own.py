# A pool that is not waited for: all its calls have ended.
import asyncio
from concurrent.futures import ThreadPoolExecutor


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(3)
    try:
        futures = [loop.run_in_executor(pool, blocking, item) for item in items]
        if futures:
            await asyncio.wait(futures)
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
