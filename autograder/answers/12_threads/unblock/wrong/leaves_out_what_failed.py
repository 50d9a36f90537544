# loses: an error comes out when no call runs any more
import asyncio


async def unblock(blocking, items):
    results = []
    for item in items:
        try:
            results.append(await asyncio.to_thread(blocking, item))
        except Exception:
            pass
    return results
