# The first step, and then the pipe of the others.
async def pipe(value, *steps):
    if not steps:
        return value
    value = steps[0](value)
    if hasattr(value, "__await__"):
        value = await value
    return await pipe(value, *steps[1:])
