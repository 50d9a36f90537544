# loses: a late call does not move the later ones
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()

    def beat(number):
        nonlocal timer
        timer = loop.call_later(seconds, beat, number + 1)
        step()

    def stop():
        timer.cancel()

    timer = loop.call_at(started + seconds, beat, 1)
    return stop
