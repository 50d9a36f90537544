# loses: lets every ready task run between two steps
import asyncio

async def fair(n, step):
    for i in range(n):
        step(i)
        if i < 50:
            await asyncio.sleep(0)
