# each call gives a value and an error
import asyncio
async def unblock(blocking, items):
    def safe(item):
        try:
            return blocking(item), None
        except Exception as e:
            return None, e
    pairs = await asyncio.gather(*[asyncio.to_thread(safe, i) for i in items])
    for _, error in pairs:
        if error is not None:
            raise error
    return [v for v, _ in pairs]
