# loses: hands the value from step to step
import inspect


async def pipe(value, *steps):
    for step in steps:
        got = step(value)
        if inspect.isawaitable(got):
            got = await got
        if got is not None:
            value = got
    return value
