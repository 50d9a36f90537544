# loses: returns both results in order
import asyncio


async def say_both(say_after):
    calls = say_after(2, "hello"), say_after(1, "world")
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
