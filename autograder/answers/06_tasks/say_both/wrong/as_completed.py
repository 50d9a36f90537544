# loses: returns both results in order
import asyncio


async def say_both(say_after):
    works = [say_after(2, "hello"), say_after(1, "world")]
    return [await each for each in asyncio.as_completed(works)]
