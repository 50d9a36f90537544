# loses: stops when it is told to, also by the step
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    timers, due = [], loop.time()

    def wait():
        nonlocal due
        due += seconds
        timers[:] = [loop.call_at(due, beat)]

    def beat():
        wait()
        step()

    wait()
    return lambda: timers.pop().cancel()
