# An event of threads says when the last job, or the first error, is there.
import asyncio
import threading


def fetch_from_thread(loop, job, n):
    over, results, errors = threading.Event(), {}, []

    async def one(i):
        try:
            results[i] = await job(i)
        except Exception as error:
            errors.append(error)
        if errors or len(results) == n:
            over.set()

    futures = [asyncio.run_coroutine_threadsafe(one(i), loop) for i in range(n)]
    if n:
        over.wait()
    for future in futures:
        future.cancel()
    if errors:
        raise errors[0]
    return [results[i] for i in range(n)]
