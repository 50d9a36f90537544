# Results by number, as they come; the threads' as_completed raises the first error.
import asyncio
from concurrent.futures import as_completed


def fetch_from_thread(loop, job, n):
    numbers = {asyncio.run_coroutine_threadsafe(job(i), loop): i for i in range(n)}
    results = [None] * n
    try:
        for future in as_completed(numbers):
            results[numbers[future]] = future.result()
    except BaseException:
        for future in numbers:
            future.cancel()
        raise
    return results
