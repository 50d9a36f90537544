# loses: on_done gets the result, when it is there
import asyncio

_keep = set()

async def _tell(future, on_done, on_error):
    while not future.done():
        await asyncio.sleep(0.1)
    if future.cancelled():
        on_error(asyncio.CancelledError("cancelled"))
        return
    error = future.exception()
    if error is None:
        on_done(future.result())
    else:
        on_error(error)

def when_done(future, on_done, on_error):
    task = asyncio.ensure_future(_tell(future, on_done, on_error))
    _keep.add(task)
    task.add_done_callback(_keep.discard)
