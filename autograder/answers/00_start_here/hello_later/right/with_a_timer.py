# A timer of the loop sets an event.
import asyncio


async def hello_later(delay):
    time_is_up = asyncio.Event()
    asyncio.get_running_loop().call_later(delay, time_is_up.set)
    await time_is_up.wait()
    return "hello"
