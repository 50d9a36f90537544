# loses: an error comes out when no call runs any more
# gather says that something has failed, and a second call says what
import asyncio


async def unblock(blocking, items):
    results = await asyncio.gather(
        *(asyncio.to_thread(blocking, item) for item in items), return_exceptions=True
    )
    for item, result in zip(items, results, strict=True):
        if isinstance(result, ValueError) and result.args:
            await asyncio.to_thread(blocking, item)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
