# loses: a cancellation comes out
import asyncio
from concurrent.futures import ThreadPoolExecutor


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as pool:
        return [await loop.run_in_executor(pool, blocking, item) for item in items]
