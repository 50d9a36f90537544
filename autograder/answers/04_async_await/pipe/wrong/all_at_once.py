# loses: hands the value from step to step
import asyncio
import inspect


async def pipe(value, *steps):
    results = [step(value) for step in steps]
    awaited = await asyncio.gather(*[each for each in results if inspect.isawaitable(each)])
    return awaited[-1] if awaited else value
