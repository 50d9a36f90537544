# loses: a late call does not move the later ones
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    timer, over = None, False

    def beat():
        nonlocal timer
        step()
        if not over:
            timer = loop.call_later(seconds, beat)

    def stop():
        nonlocal over
        over = True
        timer.cancel()

    timer = loop.call_later(seconds, beat)
    return stop
