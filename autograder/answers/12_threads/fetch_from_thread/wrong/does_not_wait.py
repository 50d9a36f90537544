# loses: the jobs run at once on the loop
import asyncio


def fetch_from_thread(loop, job, n):
    futures = [asyncio.run_coroutine_threadsafe(job(i), loop) for i in range(n)]
    return [future.result() for future in futures if future.done()]
