# The old name, and the name of the task set afterwards.
import asyncio

def make_task(x):
    task = asyncio.ensure_future(do_some_work(x))
    task.set_name(f"work-{x}")
    return task
