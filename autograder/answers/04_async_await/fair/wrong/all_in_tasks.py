# loses: lets every ready task run between two steps
import asyncio


async def fair(n, step):
    async def one(i):
        step(i)

    await asyncio.gather(*[one(i) for i in range(n)])
