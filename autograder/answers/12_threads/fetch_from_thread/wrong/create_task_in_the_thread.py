# loses: the jobs run at once on the loop
import asyncio


def fetch_from_thread(loop, job, n):
    tasks = [loop.create_task(job(i)) for i in range(n)]

    async def all_of_them():
        return [await task for task in tasks]

    return asyncio.run_coroutine_threadsafe(all_of_them(), loop).result()
