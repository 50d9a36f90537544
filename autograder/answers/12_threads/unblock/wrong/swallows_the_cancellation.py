# loses: a cancellation comes out
import asyncio


async def unblock(blocking, items):
    results = []
    for item in items:
        try:
            results.append(await asyncio.to_thread(blocking, item))
        except asyncio.CancelledError:
            break
    return results
