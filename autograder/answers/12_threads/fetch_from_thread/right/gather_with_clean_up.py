# gather in one coroutine, which cancels what is left and waits.
import asyncio


def fetch_from_thread(loop, job, n):
    async def gathered():
        tasks = [asyncio.ensure_future(job(i)) for i in range(n)]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run_coroutine_threadsafe(gathered(), loop).result()
