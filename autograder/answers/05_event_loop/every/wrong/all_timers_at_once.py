# loses: stops when it is told to, also by the step
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    timers = [loop.call_later(number * seconds, step) for number in range(1, 4)]

    def stop():
        for timer in timers:
            timer.cancel()

    return stop
