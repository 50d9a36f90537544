# loses: the jobs run at once on the loop
import asyncio, queue
def fetch_from_thread(loop, job, n):
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]
    done = queue.Queue()
    asyncio.run_coroutine_threadsafe(fetch_all(), loop).add_done_callback(done.put)
    while True:
        try:
            return done.get(timeout=0.1).result()
        except queue.Empty:
            pass
