# loses: returns what the first good try gives
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            return await asyncio.wait_for(op(), timeout)
        except (
            OSError,
            ValueError,
            LookupError,
            ArithmeticError,
            TypeError,
            RuntimeError,
            TimeoutError,
        ):
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
