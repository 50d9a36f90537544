# loses: takes x seconds
import asyncio

async def do_some_work(x):
    loop = asyncio.get_running_loop()
    end = loop.time() + x
    while loop.time() < end:
        await asyncio.sleep(min(0.1, end - loop.time()))
    return f"done {x}"
