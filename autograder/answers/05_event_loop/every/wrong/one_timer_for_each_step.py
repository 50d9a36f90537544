# loses: stops when it is told to, also by the step
import asyncio
timers = {}
def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()
    def beat(n):
        timers[step] = loop.call_at(started + (n + 1) * seconds, beat, n + 1)
        step()
    timers[step] = loop.call_at(started + seconds, beat, 1)
    return lambda: timers[step].cancel()
