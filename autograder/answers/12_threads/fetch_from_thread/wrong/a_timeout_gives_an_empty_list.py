# loses: the first error comes out, and nothing is left
import asyncio

def fetch_from_thread(loop, job, n):
    async def fetch():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]

    try:
        return asyncio.run_coroutine_threadsafe(fetch(), loop).result()
    except* TimeoutError:
        pass
    return []
