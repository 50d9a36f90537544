# Callbacks give places back, and cancel the one who waits for all after an error.
import asyncio


async def limited(job, n, k):
    sem, tasks = asyncio.BoundedSemaphore(k), []
    failed = asyncio.get_running_loop().create_future()

    def ended(task):
        sem.release()
        if not task.cancelled() and task.exception() and not failed.done():
            failed.set_exception(task.exception())
            main.cancel()

    main = asyncio.current_task()
    try:
        try:
            for i in range(n):
                await sem.acquire()
                t = asyncio.ensure_future(job(i))
                t.add_done_callback(ended)
                tasks.append(t)
            if tasks:
                await asyncio.wait(tasks)
        except asyncio.CancelledError:
            if not failed.done():
                raise
            main.uncancel()
        if failed.done():
            await failed
        return [t.result() for t in tasks]
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
