# loses: waits for both at the same time
import asyncio
async def say_both(say_after):
    async with asyncio.timeout(3600):
        return list(await asyncio.gather(say_after(2, "hello"), say_after(1, "world")))
