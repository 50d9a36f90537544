# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()

    def beat(n):
        nonlocal timer
        timer = loop.call_at((n + 1) * seconds, beat, n + 1)
        step()

    timer = loop.call_at(seconds, beat, 1)
    return lambda: timer.cancel()
