# loses: returns both results in order
import asyncio

results = {}


async def say_both(say_after):
    async def one(delay, what):
        results[what] = await say_after(delay, what)

    await asyncio.gather(one(2, "hello"), one(1, "world"))
    return [results["hello"], results["world"]]
