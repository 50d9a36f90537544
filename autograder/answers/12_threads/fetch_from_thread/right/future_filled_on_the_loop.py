# a callback of the loop begins it, another one ends it
import asyncio
from concurrent.futures import Future
def fetch_from_thread(loop, job, n):
    box = Future()
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]
    def begin():
        task = asyncio.ensure_future(fetch_all())
        task.add_done_callback(end)
    def end(task):
        error = task.exception()
        if error is None: box.set_result(task.result())
        else: box.set_exception(error)
    loop.call_soon_threadsafe(begin)
    return box.result()
