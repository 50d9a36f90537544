# loses: returns a task that is pending
import asyncio

async def make_task(x):
    return asyncio.create_task(do_some_work(x), name=f"work-{x}")
