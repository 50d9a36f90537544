# loses: returns both results in order
import asyncio

async def say_both(say_after):
    results = await asyncio.gather(say_after(2, "hello"), say_after(1, "world"))
    if None in results:
        results = await asyncio.gather(say_after(2, "hello"), say_after(1, "world"))
    return list(results)
