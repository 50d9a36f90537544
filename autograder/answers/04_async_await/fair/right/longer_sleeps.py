# A real pause is a turn for everybody too.
import asyncio


async def fair(n, step):
    for i in range(n):
        await asyncio.sleep(1)
        step(i)
