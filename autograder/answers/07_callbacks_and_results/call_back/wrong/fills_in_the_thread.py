# loses: a callback may come from another thread
import asyncio


async def call_back(api, *args):
    future = asyncio.get_running_loop().create_future()

    def on_done(value):
        if not future.done():
            future.set_result(value)

    def on_error(exception):
        if not future.done():
            future.set_exception(exception)

    api(*args, on_done, on_error)
    return await future
