# loses: a callback may come from another thread
import asyncio


async def call_back(api, *args):
    future = asyncio.get_running_loop().create_future()

    def fill(method, what):
        if not future.done():
            method(what)

    def on_done(value):
        asyncio.get_running_loop().call_soon_threadsafe(fill, future.set_result, value)

    def on_error(exception):
        asyncio.get_running_loop().call_soon_threadsafe(fill, future.set_exception, exception)

    api(*args, on_done, on_error)
    return await future
