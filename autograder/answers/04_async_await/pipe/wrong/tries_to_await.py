# loses: ends with an error of a step
async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        try:
            value = await value
        except TypeError:
            pass
    return value
