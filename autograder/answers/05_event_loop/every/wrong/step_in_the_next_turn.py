# loses: stops when it is told to, also by the step
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()

    def beat(number):
        nonlocal timer
        timer = loop.call_at(started + (number + 1) * seconds, beat, number + 1)
        loop.call_soon(step)

    timer = loop.call_at(started + seconds, beat, 1)
    return lambda: timer.cancel()
