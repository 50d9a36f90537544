# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started, stopped = loop.time(), False

    def beat(n):
        loop.call_at(started + (n + 1) * seconds, beat, n + 1)
        if not stopped:
            step()

    loop.call_at(started + seconds, beat, 1)

    def stop():
        nonlocal stopped
        stopped = True

    return stop
