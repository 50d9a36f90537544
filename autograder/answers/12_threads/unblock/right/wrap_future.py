# Futures of threads, made awaitable one after the other.
import asyncio
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(4)


async def unblock(blocking, items):
    futures = [POOL.submit(blocking, item) for item in items]
    results, problem = [], None
    try:
        for future in futures:
            try:
                results.append(await asyncio.wrap_future(future))
            except Exception as error:
                problem = problem or error
    except asyncio.CancelledError:
        for future in futures:
            future.cancel()
        raise
    if problem:
        raise problem
    return results
