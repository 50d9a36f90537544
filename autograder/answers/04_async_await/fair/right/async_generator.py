# The turn is taken in an async generator.
import asyncio


async def turns(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


async def fair(n, step):
    async for i in turns(n):
        step(i)
