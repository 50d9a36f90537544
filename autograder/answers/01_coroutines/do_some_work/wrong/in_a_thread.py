# loses: takes x seconds
import asyncio
import time

async def do_some_work(x):
    await asyncio.to_thread(time.sleep, min(x, 0.01))
    await asyncio.sleep(x)
    return f"done {x}"
