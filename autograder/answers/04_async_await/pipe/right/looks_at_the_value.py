# Awaits what may be awaited.
import inspect


async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            value = await value
    return value
