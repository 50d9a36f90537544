# A turn of the event loop after each step.
import asyncio


async def fair(n, step):
    for i in range(n):
        step(i)
        await asyncio.sleep(0)
