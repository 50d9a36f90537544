# loses: the results come in the order of i
import asyncio
async def fetch_all(job, n):
    async with asyncio.timeout(3600):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
    return [t.result() for t in tasks]
