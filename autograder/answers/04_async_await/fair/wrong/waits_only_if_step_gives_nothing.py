# loses: lets every ready task run between two steps
import asyncio


async def fair(n, step):
    for i in range(n):
        if not step(i):
            await asyncio.sleep(0)
