# loses: the jobs run at once on the loop
import asyncio
from concurrent.futures import as_completed


def fetch_from_thread(loop, job, n):
    futures = [asyncio.run_coroutine_threadsafe(job(i), loop) for i in range(n)]
    try:
        return [future.result() for future in as_completed(futures)]
    finally:
        for future in futures:
            future.cancel()
