# A future, filled by the loop if it is not done.
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def from_any_thread(method):
        def later(what):
            loop.call_soon_threadsafe(lambda: None if future.done() else method(what))

        return later

    api(*args, from_any_thread(future.set_result), from_any_thread(future.set_exception))
    return await future
