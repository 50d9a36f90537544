# loses: calls step each so many seconds
import asyncio
def every(seconds, step):
    loop = asyncio.get_running_loop()
    started, seconds = loop.time(), int(seconds) or 1
    timer = None
    def beat(n):
        nonlocal timer
        timer = loop.call_at(started + (n + 1) * seconds, beat, n + 1)
        step()
    timer = loop.call_at(started + seconds, beat, 1)
    return lambda: timer.cancel()
