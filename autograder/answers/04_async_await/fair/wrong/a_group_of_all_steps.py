# loses: ends with an error of step
import asyncio


async def fair(n, step):
    async def one(i):
        step(i)

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
