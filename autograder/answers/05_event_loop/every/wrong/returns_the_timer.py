# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()

    def beat(number):
        nonlocal timer
        timer = loop.call_at(started + (number + 1) * seconds, beat, number + 1)
        step()

    def stop():
        timer.cancel()

    timer = loop.call_at(started + seconds, beat, 1)
    return timer
