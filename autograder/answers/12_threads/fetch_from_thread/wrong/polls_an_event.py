# loses: the jobs run at once on the loop
import asyncio, threading
def fetch_from_thread(loop, job, n):
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]
    future = asyncio.run_coroutine_threadsafe(fetch_all(), loop)
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    while not done.wait(0.1):
        pass
    return future.result()
