# Makes an object of the class Task.
import asyncio


def make_task(x):
    t = asyncio.Task(do_some_work(x), loop=asyncio.get_running_loop())
    t.set_name(f"work-{x}")
    return t
