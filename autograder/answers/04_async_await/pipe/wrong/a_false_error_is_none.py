# loses: ends with an error of a step
async def pipe(value, *steps):
    error = None
    for step in steps:
        try:
            value = step(value)
            if inspect.isawaitable(value):
                value = await value
        except Exception as e:
            error = e
            break
    if error:
        raise error
    return value
