# loses: takes each step once, in order
import asyncio


async def fair(n, step):
    for i in range(1, n + 1):
        step(i)
        await asyncio.sleep(0)
