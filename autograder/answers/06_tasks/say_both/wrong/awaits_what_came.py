# loses: returns both results in order
import asyncio, inspect


async def say_both(say_after):
    results = await asyncio.gather(say_after(2, "hello"), say_after(1, "world"))
    return [await each if inspect.isawaitable(each) else each for each in results]
