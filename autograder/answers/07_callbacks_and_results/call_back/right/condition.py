# Tasks of the loop note what came, and wake a condition.
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    lock = asyncio.Condition()
    got = []

    async def put(kind, value):
        async with lock:
            got.append((kind, value))
            lock.notify_all()

    api(
        *args,
        lambda v: asyncio.run_coroutine_threadsafe(put(True, v), loop),
        lambda v: asyncio.run_coroutine_threadsafe(put(False, v), loop),
    )
    async with lock:
        await lock.wait_for(lambda: got)
    ok, value = got[0]
    if ok:
        return value
    raise value
