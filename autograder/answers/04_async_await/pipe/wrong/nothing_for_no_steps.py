# loses: hands the value from step to step
import inspect


async def pipe(value, *steps):
    result = None
    for step in steps:
        result = step(value)
        if inspect.isawaitable(result):
            result = await result
        value = result
    return result
