# loses: calls step each so many seconds
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    begin, timer = loop.time(), None

    def arm(number):
        nonlocal timer
        if number <= 1000:
            timer = loop.call_at(begin + number * seconds, call, number)

    def call(number):
        arm(number + 1)
        step()

    arm(1)
    return lambda: timer.cancel()
