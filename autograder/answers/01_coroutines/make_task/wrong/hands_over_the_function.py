# loses: returns a task that is pending
import asyncio

def make_task(x):
    return asyncio.create_task(do_some_work, name=f"work-{x}")
