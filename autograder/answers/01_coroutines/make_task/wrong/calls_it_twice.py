# loses: runs do_some_work(x) once, beside others
import asyncio

def make_task(x):
    asyncio.ensure_future(do_some_work(x))
    return asyncio.create_task(do_some_work(x), name=f"work-{x}")
