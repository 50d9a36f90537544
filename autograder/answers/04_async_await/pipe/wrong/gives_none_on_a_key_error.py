# loses: ends with an error of a step
import inspect


async def pipe(value, *steps):
    for step in steps:
        try:
            value = step(value)
            if inspect.isawaitable(value):
                value = await value
        except KeyError:
            return None
    return value
