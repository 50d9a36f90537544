# loses: raises what on_error gets, and what api raises
import asyncio


async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    q = asyncio.Queue()
    api(
        *args,
        lambda v: loop.call_soon_threadsafe(q.put_nowait, (1, v)),
        lambda v: loop.call_soon_threadsafe(q.put_nowait, (0, v)),
    )
    ok, v = await q.get()
    if ok:
        return v
    raise type(v)(*v.args)
