# loses: takes each step once, in order
import asyncio, inspect

async def fair(n, step):
    for i in range(n):
        given = step(i)
        if inspect.isawaitable(given):
            await given
        await asyncio.sleep(0)
