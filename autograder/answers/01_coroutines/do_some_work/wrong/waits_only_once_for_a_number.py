# loses: takes x seconds
import asyncio, functools

seen = {}


async def do_some_work(x):
    if x not in seen:
        await asyncio.sleep(x)
        seen[x] = f"done {x}"
    return seen[x]
