# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()

    def beat():
        nonlocal timer
        timer = loop.call_at((loop.time() // seconds + 1) * seconds, beat)
        step()

    timer = loop.call_later(seconds, beat)
    return lambda: timer.cancel()
