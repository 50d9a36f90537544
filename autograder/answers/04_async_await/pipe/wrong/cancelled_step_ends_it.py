# loses: ends with an error of a step
import asyncio, inspect


async def pipe(value, *steps):
    for step in steps:
        try:
            given = step(value)
            value = await given if inspect.isawaitable(given) else given
        except asyncio.CancelledError:
            break
    return value
