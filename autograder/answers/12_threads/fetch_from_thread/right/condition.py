# waits at a condition of threads
import asyncio, threading
def fetch_from_thread(loop, job, n):
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]
    condition, box = threading.Condition(), []
    def tell(future):
        with condition:
            box.append(future)
            condition.notify()
    asyncio.run_coroutine_threadsafe(fetch_all(), loop).add_done_callback(tell)
    with condition:
        condition.wait_for(lambda: box)
    return box[0].result()
