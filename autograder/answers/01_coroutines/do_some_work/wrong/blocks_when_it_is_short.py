# loses: lets others run while it waits
import time
async def do_some_work(x):
    time.sleep(x) if x < 1 else await asyncio.sleep(x)
    return f"done {x}"
