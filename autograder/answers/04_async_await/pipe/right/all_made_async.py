# A plain step is put into an async one, which is awaited like the others.
import inspect


def as_async(step):
    if inspect.iscoroutinefunction(step):
        return step

    async def plain(value):
        return step(value)

    return plain


async def pipe(value, *steps):
    for step in map(as_async, steps):
        value = await step(value)
    return value
