# loses: after a cancellation callbacks are ignored
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(method, what):
        if not future.done():
            method(what)

    api(
        *args,
        lambda value: loop.call_soon_threadsafe(fill, future.set_result, value),
        lambda error: loop.call_soon_threadsafe(fill, future.set_exception, error),
    )
    try:
        return await future
    except asyncio.CancelledError:
        return None
