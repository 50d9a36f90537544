# loses: raises what on_error gets, and what api raises
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(what):
        if not future.done():
            future.set_result(what)

    def on_done(value):
        loop.call_soon_threadsafe(fill, value)

    def on_error(exception):
        print("it failed:", exception)

    api(*args, on_done, on_error)
    return await future
