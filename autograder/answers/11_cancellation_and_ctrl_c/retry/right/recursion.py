# One try, and the rest by recursion, with wait_for.
import asyncio


async def retry(op, tries, timeout, base):
    try:
        return await asyncio.wait_for(op(), timeout)
    except Exception:
        if tries == 1:
            raise
    await asyncio.sleep(base)
    return await retry(op, tries - 1, timeout, base * 2)
