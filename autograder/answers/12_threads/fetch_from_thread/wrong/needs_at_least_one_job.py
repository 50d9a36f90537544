# loses: the jobs run at once on the loop
import asyncio


def fetch_from_thread(loop, job, n):
    async def fetch_all():
        tasks = [asyncio.create_task(job(i)) for i in range(n)]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending)
        for task in done:
            task.result()
        return [task.result() for task in tasks]

    return asyncio.run_coroutine_threadsafe(fetch_all(), loop).result()
