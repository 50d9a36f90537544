# loses: the results come in the order of i
# in the list of gather, what a job has returned looks like what it has raised
import asyncio


async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        results = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return list(results)
