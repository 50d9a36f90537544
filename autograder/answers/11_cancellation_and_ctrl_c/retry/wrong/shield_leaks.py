# loses: a try that takes too long is cancelled, cleans up, and fails
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            return await asyncio.wait_for(asyncio.shield(op()), timeout)
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
