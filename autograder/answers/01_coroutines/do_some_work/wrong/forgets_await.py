# loses: takes x seconds
import asyncio

async def do_some_work(x):
    asyncio.sleep(x)
    return f"done {x}"
