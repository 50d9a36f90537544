# loses: waits for so many seconds
import asyncio


async def hello_later(delay):
    loop = asyncio.get_running_loop()
    end, over = loop.time() + delay, loop.create_future()

    def look():
        left = end - loop.time()
        if left <= 0:
            over.set_result("hello")
        else:
            loop.call_later(min(left, delay / 50), look)

    look()
    return await over
