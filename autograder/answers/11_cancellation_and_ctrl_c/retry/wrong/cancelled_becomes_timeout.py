# loses: a cancellation passes at once
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            try:
                return await asyncio.wait_for(op(), timeout)
            except asyncio.CancelledError:
                raise TimeoutError from None
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
