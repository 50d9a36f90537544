# loses: waits base * 2**i seconds between the tries
import asyncio


async def retry(op, tries, timeout, base):
    loop = asyncio.get_running_loop()
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception:
            if i == tries - 1:
                raise
        until = loop.time() + base * 2**i
        while loop.time() < until:
            await asyncio.sleep(min(0.125, until - loop.time()))
