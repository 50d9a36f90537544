# loses: returns what on_done gets
import asyncio
import time
from _thread import start_new_thread


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future, got = loop.create_future(), []

    def hand_over():
        what, value = got[0]
        if not future.done():
            getattr(future, what)(value)

    def look():
        while not got:
            time.sleep(0.001)
        loop.call_soon_threadsafe(hand_over)

    api(
        *args,
        lambda value: got.append(("set_result", value)),
        lambda error: got.append(("set_exception", error)),
    )
    start_new_thread(look, ())
    return await future
