# loses: the loop goes on while a call is under way
import asyncio


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()

    def call(item, future):
        try:
            future.set_result(blocking(item))
        except Exception as error:
            future.set_exception(error)

    futures = []
    for item in items:
        futures.append(loop.create_future())
        loop.call_soon_threadsafe(call, item, futures[-1])
    results = await asyncio.gather(*futures, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
