# loses: stops when it is told to, also by the step
import asyncio

timer = None


def every(seconds, step):
    global timer
    loop = asyncio.get_running_loop()
    started = loop.time()

    def beat(number):
        global timer
        timer = loop.call_at(started + (number + 1) * seconds, beat, number + 1)
        step()

    def stop():
        timer.cancel()

    timer = loop.call_at(started + seconds, beat, 1)
    return stop
