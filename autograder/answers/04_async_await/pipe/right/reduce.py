# Awaitables are folded up, each with the next step.
import functools, inspect


async def pipe(value, *steps):
    async def one(before, step):
        value = await before
        out = step(value)
        return await out if inspect.isawaitable(out) else out

    async def start():
        return value

    return await functools.reduce(one, steps, start())
