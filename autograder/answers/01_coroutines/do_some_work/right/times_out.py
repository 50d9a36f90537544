# Waits for what never happens, x seconds at most.
import asyncio

async def do_some_work(x):
    try:
        async with asyncio.timeout(x):
            await asyncio.Event().wait()
    except TimeoutError:
        pass
    return f"done {x}"
