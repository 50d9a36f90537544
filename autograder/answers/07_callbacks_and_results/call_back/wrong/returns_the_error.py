# loses: raises what on_error gets, and what api raises
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(what):
        if not future.done():
            future.set_result(what)

    def on_any(what):
        loop.call_soon_threadsafe(fill, what)

    api(*args, on_any, on_any)
    return await future
