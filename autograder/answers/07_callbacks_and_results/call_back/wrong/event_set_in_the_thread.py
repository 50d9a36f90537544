# loses: a callback may come from another thread
import asyncio


async def call_back(api, *args):
    event, got = asyncio.Event(), []

    def on_done(value):
        got.append((value, None))
        event.set()

    def on_error(exception):
        got.append((None, exception))
        event.set()

    api(*args, on_done, on_error)
    await event.wait()
    value, exception = got[0]
    if exception is not None:
        raise exception
    return value
