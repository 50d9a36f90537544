# loses: a late call does not move the later ones
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    begin, number, timer = loop.time(), 0, None

    def arm():
        nonlocal number, timer
        number += 1
        timer = loop.call_at(begin + number * seconds, call)

    def call():
        late = loop.time() - begin - number * seconds
        arm()
        if late <= seconds / 2:
            step()

    arm()
    return lambda: timer.cancel()
