# loses: hands the value from step to step
lock = asyncio.Lock()
async def pipe(value, *steps):
    async with lock:
        for step in steps:
            value = step(value)
            if inspect.isawaitable(value):
                value = await value
    return value
