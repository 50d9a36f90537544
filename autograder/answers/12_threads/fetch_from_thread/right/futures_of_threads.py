# One future for each job; the first error cancels the others.
import asyncio
from concurrent.futures import FIRST_EXCEPTION, wait


def fetch_from_thread(loop, job, n):
    futures = [asyncio.run_coroutine_threadsafe(job(i), loop) for i in range(n)]
    done, pending = wait(futures, return_when=FIRST_EXCEPTION)
    for future in pending:
        future.cancel()
    for future in done:
        future.result()
    return [future.result() for future in futures]
