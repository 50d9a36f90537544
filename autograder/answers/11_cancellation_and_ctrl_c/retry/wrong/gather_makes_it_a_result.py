# loses: a cancellation passes at once
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        [result] = await asyncio.gather(asyncio.wait_for(op(), timeout), return_exceptions=True)
        if not isinstance(result, BaseException):
            return result
        if i < tries - 1:
            await asyncio.sleep(base * 2**i)
    raise result
