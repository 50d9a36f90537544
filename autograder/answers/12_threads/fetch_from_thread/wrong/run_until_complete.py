# loses: the jobs run at once on the loop
import asyncio


def fetch_from_thread(loop, job, n):
    return [loop.run_until_complete(job(i)) for i in range(n)]
