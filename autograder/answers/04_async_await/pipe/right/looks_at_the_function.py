# Asks each step what it is.
import inspect


async def pipe(value, *steps):
    for step in steps:
        value = await step(value) if inspect.iscoroutinefunction(step) else step(value)
    return value
