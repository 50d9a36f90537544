# loses: the error of the last try comes out at once
# asks whether the error is true, and not whether there is one
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        result = error = None
        try:
            async with asyncio.timeout(timeout):
                result = await op()
        except Exception as caught:
            error = caught
        if not error:
            return result
        if i == tries - 1:
            raise error
        await asyncio.sleep(base * 2**i)
