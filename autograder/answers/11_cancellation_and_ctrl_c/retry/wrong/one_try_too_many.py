# loses: the error of the last try comes out at once
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries + 1):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception:
            if i == tries:
                raise
        await asyncio.sleep(base * 2**i)
