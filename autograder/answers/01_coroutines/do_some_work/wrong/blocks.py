# loses: lets others run while it waits
import time

async def do_some_work(x):
    time.sleep(x)
    return f"done {x}"
