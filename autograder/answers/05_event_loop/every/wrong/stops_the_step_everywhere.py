# loses: stops when it is told to, also by the step
import asyncio
stopped = set()
def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()
    stopped.discard(step)
    def beat(n):
        if step in stopped:
            return
        loop.call_at(started + (n + 1) * seconds, beat, n + 1)
        step()
    loop.call_at(started + seconds, beat, 1)
    return lambda: stopped.add(step)
