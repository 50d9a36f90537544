# loses: lets nobody in where no step waits
import asyncio
import inspect


async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        if inspect.iscoroutine(value):
            value = await asyncio.create_task(value)
    return value
