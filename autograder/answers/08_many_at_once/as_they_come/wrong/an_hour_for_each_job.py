# loses: the pairs come in the order of finishing
import asyncio
async def as_they_come(job, n):
    came = []
    async def one(i):
        came.append((i, await asyncio.wait_for(job(i), 3600)))
    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
    return came
