# loses: the jobs run at once on the loop
import asyncio
def fetch_from_thread(loop, job, n):
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]
    return asyncio.run_coroutine_threadsafe(fetch_all(), loop).result(timeout=30)
