# An Event says that something came; a list keeps what came first.
import asyncio


async def call_back(api, *args):
    loop, event, got = asyncio.get_running_loop(), asyncio.Event(), []

    def on_done(value):
        got.append(("done", value))
        loop.call_soon_threadsafe(event.set)

    def on_error(exception):
        got.append(("error", exception))
        loop.call_soon_threadsafe(event.set)

    api(*args, on_done, on_error)
    await event.wait()
    kind, what = got[0]
    if kind == "error":
        raise what
    return what
