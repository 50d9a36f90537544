# loses: an error comes out when no call runs any more
import asyncio
from concurrent.futures import ThreadPoolExecutor


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor() as pool:
        calls = [loop.run_in_executor(pool, blocking, item) for item in items]
        return await asyncio.gather(*calls)
