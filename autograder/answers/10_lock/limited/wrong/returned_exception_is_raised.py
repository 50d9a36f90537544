# loses: an error comes out, and nothing is left
# takes an exception that a job returns for one that it raises
import asyncio


async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def run(i):
        async with places:
            result = await job(i)
            if isinstance(result, Exception):
                raise result
            return result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(i)) for i in range(n)]
    return [task.result() for task in tasks]
