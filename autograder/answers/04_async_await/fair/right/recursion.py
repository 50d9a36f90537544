# One step, a turn, and the rest.
import asyncio


async def fair(n, step, first=0):
    if first < n:
        step(first)
        await asyncio.sleep(0)
        await fair(n, step, first + 1)
