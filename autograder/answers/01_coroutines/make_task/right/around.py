# A coroutine of its own around the work.
import asyncio

async def _around(work):
    return await work

def make_task(x):
    return asyncio.create_task(_around(do_some_work(x)), name=f"work-{x}")
