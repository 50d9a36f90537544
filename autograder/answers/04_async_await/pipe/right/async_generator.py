# The values come out of an async generator, the last one counts.
import inspect


async def values(value, steps):
    yield value
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            value = await value
        yield value


async def pipe(value, *steps):
    async for last in values(value, steps):
        pass
    return last
