# loses: the error of the last try comes out at once
import asyncio


async def retry(op, tries, timeout, base):
    last = None
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception as error:
            if i == tries - 1 or error is last:
                raise
            last = error
        await asyncio.sleep(base * 2**i)
