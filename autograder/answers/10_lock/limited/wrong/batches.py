# loses: they start in order, and a free place is taken at once
import asyncio


async def limited(job, n, k):
    results = []
    for begin in range(0, n, k):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(begin, min(begin + k, n))]
        results += [task.result() for task in tasks]
    return results
