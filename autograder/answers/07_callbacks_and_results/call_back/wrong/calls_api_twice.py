# loses: returns what on_done gets
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(set, value):
        if not future.done():
            set(value)

    d = lambda v: loop.call_soon_threadsafe(fill, future.set_result, v)
    e = lambda v: loop.call_soon_threadsafe(fill, future.set_exception, v)
    api(*args, d, e)
    if not future.done():
        api(*args, d, e)
    return await future
