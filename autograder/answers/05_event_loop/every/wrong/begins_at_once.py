# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()

    timer = None

    def beat(number):
        nonlocal timer
        timer = loop.call_at(started + (number + 1) * seconds, beat, number + 1)
        step()

    def stop():
        timer.cancel()

    beat(0)
    return stop
