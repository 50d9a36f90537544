# The sleep itself.
import asyncio

async def do_some_work(x):
    print("Waiting:", x)
    await asyncio.sleep(x)
    return f"done {x}"
