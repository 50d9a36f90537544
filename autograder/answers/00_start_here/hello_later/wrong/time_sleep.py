# loses: lets other tasks run meanwhile
import time


async def hello_later(delay):
    time.sleep(delay)
    return "hello"
