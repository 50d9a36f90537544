# loses: hands the value from step to step
async def pipe(value, *steps):
    for step in steps:
        if inspect.isawaitable(value):
            value = await value
        value = step(value)
    if inspect.isawaitable(value):
        value = await value
    return value
