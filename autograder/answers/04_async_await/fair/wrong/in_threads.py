# loses: takes each step once, in order
import asyncio


async def fair(n, step):
    for i in range(n):
        await asyncio.to_thread(step, i)
