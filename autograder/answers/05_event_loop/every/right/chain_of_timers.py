# each call makes the timer of the next one, at its own time
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    timers = []

    def call(when):
        timers.append(loop.call_at(when + seconds, call, when + seconds))
        step()

    start = loop.time() + seconds
    timers.append(loop.call_at(start, call, start))
    return lambda: timers[-1].cancel()
