# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started, n, stopped = loop.time(), 1, False

    def look():
        nonlocal n
        if stopped:
            return
        if loop.time() >= started + n * seconds:
            n += 1
            step()
        loop.call_at(min(loop.time() + seconds / 16, started + n * seconds), look)

    look()

    def stop():
        nonlocal stopped
        stopped = True

    return stop
