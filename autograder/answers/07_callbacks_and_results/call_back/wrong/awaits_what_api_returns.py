# loses: returns what on_done gets
import asyncio, inspect


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(set_, value):
        if not future.done():
            set_(value)

    given = api(
        *args,
        lambda value: loop.call_soon_threadsafe(fill, future.set_result, value),
        lambda error: loop.call_soon_threadsafe(fill, future.set_exception, error),
    )
    if inspect.isawaitable(given):
        await given
    return await future
