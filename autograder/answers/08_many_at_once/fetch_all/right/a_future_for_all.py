# A future that the last job, or the first error, makes done.
import asyncio


async def fetch_all(job, n):
    loop = asyncio.get_running_loop()
    all_done, results, left = loop.create_future(), [None] * n, n
    if not n:
        return []

    async def one(i):
        nonlocal left
        results[i] = await job(i)
        left -= 1
        if not left:
            all_done.set_result(results)

    def ended(t):
        if not t.cancelled() and t.exception() is not None and not all_done.done():
            all_done.set_exception(t.exception())

    tasks = [loop.create_task(one(i)) for i in range(n)]
    for t in tasks:
        t.add_done_callback(ended)
    try:
        return await all_done
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
