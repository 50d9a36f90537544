# loses: returns a task that is pending
import asyncio

def make_task(x):
    return asyncio.run(do_some_work(x))
