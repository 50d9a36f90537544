# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()
    timers = [loop.call_at(started + n * seconds, step) for n in range(1, 1000)]

    def stop():
        for t in timers:
            t.cancel()

    return stop
