# nothing is cancelled: a flag says that it is over
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started, count, on = loop.time(), 0, True

    def beat():
        nonlocal count
        if on:
            step()
            count += 1
            loop.call_later(started + (count + 1) * seconds - loop.time(), beat)

    def stop():
        nonlocal on
        on = False

    loop.call_later(seconds, beat)
    return stop
