# loses: returns a task that is pending
import asyncio

def make_task(x):
    future = asyncio.get_running_loop().create_future()
    future.set_result(f"done {x}")
    return future
