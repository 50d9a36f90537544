# loses: hands the value from step to step
import inspect


async def pipe(value, *steps):
    result = value
    for step in steps:
        result = step(value)
        if inspect.isawaitable(result):
            result = await result
    return result
