# The ticks come out of an async generator.
import asyncio


async def ticks(loop, started, seconds):
    number = 0
    while True:
        number += 1
        future = loop.create_future()
        handle = loop.call_at(
            started + number * seconds, lambda f=future: f.done() or f.set_result(None)
        )
        try:
            await future
        finally:
            handle.cancel()
        yield number


def every(seconds, step):
    loop = asyncio.get_running_loop()

    async def run(started):
        async for _ in ticks(loop, started, seconds):
            step()

    task = asyncio.ensure_future(run(loop.time()))

    def stop():
        task.cancel()

    return stop
