# loses: lets others run while it waits
import asyncio

_running = {}

async def do_some_work(x):
    if x not in _running:
        _running[x] = asyncio.ensure_future(asyncio.sleep(x))
    try:
        await asyncio.shield(_running[x])
    finally:
        _running.pop(x, None)
    return f"done {x}"
