# loses: returns what the first good try gives
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout) as t:
                return await op()
        except TimeoutError:
            if i == tries - 1 or not t.expired():
                raise
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
