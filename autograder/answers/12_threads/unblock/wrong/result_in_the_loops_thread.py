# loses: the loop goes on while a call is under way
import asyncio


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()

    async def call(item):
        return await asyncio.to_thread(blocking, item)

    futures = [asyncio.run_coroutine_threadsafe(call(item), loop) for item in items]
    return [future.result() for future in futures]
