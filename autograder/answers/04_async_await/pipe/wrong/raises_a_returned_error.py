# loses: hands the value from step to step
async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            value = await value
        if isinstance(value, Exception):
            raise value
    return value
