# loses: hands the value from step to step
import asyncio, inspect


async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            async with asyncio.timeout(24 * 3600):
                value = await value
    return value
