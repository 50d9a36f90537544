# loses: only the first callback counts
import asyncio


async def call_back(api, *args):
    loop, event, got = asyncio.get_running_loop(), asyncio.Event(), {}

    def on_done(value):
        got["value"] = value
        loop.call_soon_threadsafe(event.set)

    def on_error(exception):
        got["error"] = exception
        loop.call_soon_threadsafe(event.set)

    api(*args, on_done, on_error)
    await event.wait()
    if "error" in got:
        raise got["error"]
    return got["value"]
