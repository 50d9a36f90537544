# gather with return_exceptions, and the clean-up by hand
import asyncio


async def work_off(items, work, k, tries):
    todo = asyncio.Queue()
    results = {}
    for item in items:
        todo.put_nowait([item, 0])

    async def worker():
        while True:
            pair = await todo.get()
            try:
                results[pair[0]] = await work(pair[0])
            except Exception:
                pair[1] += 1
                if pair[1] < tries:
                    todo.put_nowait(pair)
            finally:
                todo.task_done()

    workers = [asyncio.create_task(worker()) for _ in range(k)]
    try:
        await todo.join()
    finally:
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return results
