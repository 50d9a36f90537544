# loses: runs do_some_work(x) once, beside others
import asyncio

def make_task(x):
    return asyncio.create_task(do_some_work(2), name=f"work-{x}")
