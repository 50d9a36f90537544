# loses: an error comes out, and nothing is left
import asyncio

async def limited(job, n, k):
    results, errors = [None] * n, []
    numbers = iter(range(n))

    async def worker():
        for i in numbers:
            try:
                results[i] = await job(i)
            except Exception as error:
                errors.append(error)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(k, n)):
            group.create_task(worker())
    if errors:
        raise errors[0]
    return results
