# loses: the error of the last try comes out at once
import asyncio


async def retry(op, tries, timeout, base):
    first = None
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception as error:
            first = first or error
        if i < tries - 1:
            await asyncio.sleep(base * 2**i)
    raise first
