# The loop's own method.
import asyncio

def make_task(x):
    return asyncio.get_running_loop().create_task(do_some_work(x), name=f"work-{x}")
