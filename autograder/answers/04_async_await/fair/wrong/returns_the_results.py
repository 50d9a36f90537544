# loses: takes each step once, in order
import asyncio


async def fair(n, step):
    results = []
    for i in range(n):
        results.append(step(i))
        await asyncio.sleep(0)
    return results
