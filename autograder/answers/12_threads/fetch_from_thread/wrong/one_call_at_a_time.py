# loses: the jobs run at once on the loop
import asyncio, threading

_busy = threading.Lock()


def fetch_from_thread(loop, job, n):
    async def all_of_them():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]

    with _busy:
        return asyncio.run_coroutine_threadsafe(all_of_them(), loop).result()
