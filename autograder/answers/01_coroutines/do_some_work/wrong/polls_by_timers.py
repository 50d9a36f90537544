# loses: takes x seconds
import asyncio


async def do_some_work(x):
    loop = asyncio.get_running_loop()
    over = asyncio.Event()

    def tick(left):
        if left:
            loop.call_later(x / 32, tick, left - 1)
        else:
            over.set()

    tick(32)
    await over.wait()
    return f"done {x}"
