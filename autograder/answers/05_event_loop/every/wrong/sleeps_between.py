# loses: a late call does not move the later ones
import asyncio


def every(seconds, step):
    async def beat():
        while True:
            await asyncio.sleep(seconds)
            step()

    return asyncio.create_task(beat()).cancel
