# loses: a callback may come from another thread
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    import threading

    home = threading.current_thread()

    def answer(set_, value):
        if future.done():
            return
        if threading.current_thread() is home:
            set_(value)
        else:
            loop.call_soon_threadsafe(set_, value)

    api(
        *args,
        lambda value: answer(future.set_result, value),
        lambda error: answer(future.set_exception, error),
    )
    return await future
