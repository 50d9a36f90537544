# Each step is a task, and the next one is made when it has ended.
import asyncio


async def fair(n, step):
    async def one(i):
        step(i)

    for i in range(n):
        await asyncio.create_task(one(i))
