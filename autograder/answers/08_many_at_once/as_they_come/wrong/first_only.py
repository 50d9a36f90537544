# loses: the pairs come in the order of finishing
import asyncio


async def as_they_come(job, n):
    async def numbered(i):
        return i, await job(i)

    tasks = [asyncio.create_task(numbered(i)) for i in range(n)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return [task.result() for task in done]
