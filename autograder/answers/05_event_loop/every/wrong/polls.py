# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()

    async def beat():
        number = 1
        while True:
            await asyncio.sleep(seconds / 8)
            if loop.time() >= started + number * seconds:
                step()
                number += 1

    return asyncio.create_task(beat()).cancel
