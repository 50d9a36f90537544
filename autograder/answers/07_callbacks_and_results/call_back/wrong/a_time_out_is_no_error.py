# loses: raises what on_error gets, and what api raises
import asyncio
async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    def fill(set, value):
        if not future.done():
            set(value)
    api(*args, lambda v: loop.call_soon_threadsafe(fill, future.set_result, v), lambda e: loop.call_soon_threadsafe(fill, future.set_exception, e))
    try:
        return await future
    except TimeoutError:
        return None
