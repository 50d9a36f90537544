# loses: returns what the first good try gives
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return op()
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
