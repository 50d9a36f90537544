# loses: the error of the last try comes out at once
# everything but CancelledError fails a try, also what is no Exception
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            return await asyncio.wait_for(op(), timeout)
        except asyncio.CancelledError:
            raise
        except BaseException:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
