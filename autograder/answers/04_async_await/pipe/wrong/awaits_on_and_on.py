# loses: hands the value from step to step
async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        while inspect.isawaitable(value):
            value = await value
    return value
