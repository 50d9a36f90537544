# loses: runs do_some_work(x) once, beside others
import asyncio


def make_task(x):
    return asyncio.create_task(asyncio.wait_for(do_some_work(x), x + 60), name=f"work-{x}")
