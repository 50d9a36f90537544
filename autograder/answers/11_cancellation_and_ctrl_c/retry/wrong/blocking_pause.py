# loses: waits base * 2**i seconds between the tries
import asyncio
import time


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception:
            if i == tries - 1:
                raise
        time.sleep(base * 2**i)
