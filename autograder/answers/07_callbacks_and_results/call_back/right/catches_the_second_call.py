# The second call fails inside the loop, and is caught there.
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(method, what):
        try:
            method(what)
        except asyncio.InvalidStateError:
            pass

    api(
        *args,
        lambda value: loop.call_soon_threadsafe(fill, future.set_result, value),
        lambda error: loop.call_soon_threadsafe(fill, future.set_exception, error),
    )
    return await future
