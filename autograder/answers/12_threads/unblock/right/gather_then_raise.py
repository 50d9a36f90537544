# All at once; the errors are kept until all have ended.
import asyncio


async def unblock(blocking, items):
    calls = [asyncio.to_thread(blocking, item) for item in items]
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
