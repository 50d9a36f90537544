# loses: returns what on_done gets
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(what):
        if not future.done():
            future.set_result(what)

    api(
        *args,
        lambda value: loop.call_soon_threadsafe(fill, value),
        lambda error: loop.call_soon_threadsafe(fill, error),
    )
    what = await future
    if isinstance(what, Exception):
        raise what
    return what
