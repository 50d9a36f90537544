# loses: hands the value from step to step
import types

async def pipe(value, *steps):
    for step in steps:
        given = step(value)
        if isinstance(step, types.FunctionType) and step.__code__.co_flags & 0x80:
            given = await given
        value = given
    return value
