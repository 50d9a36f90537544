# loses: the jobs run at once on the loop
import asyncio


def fetch_from_thread(loop, job, n):
    return [asyncio.run_coroutine_threadsafe(job(i), loop).result() for i in range(n)]
