# loses: hands the value from step to step
async def pipe(value, *steps):
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            async with asyncio.timeout(60):
                value = await value
    return value
