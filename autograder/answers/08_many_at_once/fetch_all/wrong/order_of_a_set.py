# loses: the results come in the order of i
import asyncio


async def fetch_all(job, n):
    done, pending = await asyncio.wait([asyncio.create_task(job(i)) for i in range(n)])
    return [task.result() for task in done]
