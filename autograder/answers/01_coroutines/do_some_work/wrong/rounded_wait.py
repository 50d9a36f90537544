# loses: takes x seconds
import asyncio


async def do_some_work(x):
    await asyncio.sleep(round(x, 2))
    return f"done {x}"
