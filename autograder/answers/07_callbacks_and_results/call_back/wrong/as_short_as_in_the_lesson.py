# loses: only the first callback counts
import asyncio


async def call_back(api, *args):
    future = asyncio.get_running_loop().create_future()
    api(*args, future.set_result, future.set_exception)
    return await future
