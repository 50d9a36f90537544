# loses: waits base * 2**i seconds between the tries
import asyncio

async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(min(base * 2**i, 3600))
