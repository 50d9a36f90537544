# loses: hands the value from step to step
import inspect

async def pipe(value, *steps):
    for step in steps:
        value = step(*value) if isinstance(value, tuple) else step(value)
        if inspect.isawaitable(value):
            value = await value
    return value
