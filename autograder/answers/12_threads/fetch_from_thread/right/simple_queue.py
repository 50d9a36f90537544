# a queue for threads brings the future
import asyncio, queue
def fetch_from_thread(loop, job, n):
    done = queue.SimpleQueue()
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]
    asyncio.run_coroutine_threadsafe(fetch_all(), loop).add_done_callback(done.put)
    return done.get().result()
