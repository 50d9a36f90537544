# loses: the results come in the order of i
import asyncio


async def fetch_all(job, n):
    async with asyncio.TaskGroup() as g:
        tasks = [g.create_task(job(i)) for i in range(n)]
    return [t.result() for t in tasks if t.result() is not None]
