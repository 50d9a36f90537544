# loses: returns what on_done gets
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    got, future = [], loop.create_future()
    api(*args, lambda value: got.append((value, None)), lambda error: got.append((None, error)))

    def look():
        if future.done():
            return
        if not got:
            loop.call_later(0.125, look)
            return
        value, error = got[0]
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    look()
    return await future
