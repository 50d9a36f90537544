# loses: a cancellation comes out and leaves nothing
# cleans up after an error; when it is cancelled it trusts gather, which waits for the first alone
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        return list(await asyncio.gather(*tasks))
    except Exception:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        raise
