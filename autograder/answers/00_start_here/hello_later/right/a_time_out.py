# A wait for nothing, with a limit.
import asyncio


async def hello_later(delay):
    try:
        async with asyncio.timeout(delay):
            await asyncio.get_running_loop().create_future()
    except TimeoutError:
        pass
    return "hello"
