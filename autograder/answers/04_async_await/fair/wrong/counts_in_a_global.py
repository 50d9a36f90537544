# loses: takes each step once, in order
import asyncio

i = 0


async def fair(n, step):
    global i
    i = 0
    while i < n:
        step(i)
        i += 1
        await asyncio.sleep(0)
