# loses: returns what the first good try gives
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                result = await op()
        except Exception as e:
            result = e
        if not isinstance(result, Exception):
            return result
        if i == tries - 1:
            raise result
        await asyncio.sleep(base * 2**i)
