# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()
    futures = [loop.run_in_executor(None, blocking, item) for item in items]
    await asyncio.sleep(0)
    return [future.result() for future in futures]
