# loses: waits for both at the same time
import asyncio


async def say_both(say_after):
    results = []
    for delay, what in [(2, "hello"), (1, "world")]:
        task = asyncio.create_task(say_after(delay, what))
        results.append(await task)
    return results
