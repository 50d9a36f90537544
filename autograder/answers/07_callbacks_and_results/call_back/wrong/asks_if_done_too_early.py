# loses: only the first callback counts
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def on_done(value):
        if not future.done():
            loop.call_soon_threadsafe(future.set_result, value)

    def on_error(exception):
        if not future.done():
            loop.call_soon_threadsafe(future.set_exception, exception)

    api(*args, on_done, on_error)
    return await future
