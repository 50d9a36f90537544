# loses: lets nobody in where no step waits
import asyncio
import inspect


async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            value = await value
        await asyncio.sleep(0)
    return value
