# loses: returns what on_done gets
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    api(
        *args,
        lambda value: loop.call_soon_threadsafe(future.set_result, value),
        lambda error: loop.call_soon_threadsafe(future.set_exception, error),
    )
    await asyncio.sleep(0)
    return future.result()
