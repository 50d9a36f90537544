# loses: hands the value from step to step
async def pipe(value, *steps):
    for step in steps:
        value = step(value) if len(inspect.signature(step).parameters) == 1 else value
        if inspect.isawaitable(value):
            value = await value
    return value
