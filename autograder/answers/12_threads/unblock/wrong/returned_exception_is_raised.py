# loses: one call for each item, results in order
# in the list of gather, what a call has returned looks like what it has raised
import asyncio


async def unblock(blocking, items):
    results = await asyncio.gather(
        *(asyncio.to_thread(blocking, item) for item in items), return_exceptions=True
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
