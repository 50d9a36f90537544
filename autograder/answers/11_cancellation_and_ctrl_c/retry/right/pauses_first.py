# The pauses are a list: none before the first try, and each before its try.
import asyncio


async def retry(op, tries, timeout, base):
    failure = None
    for pause in [None, *(base * 2**i for i in range(tries - 1))]:
        if pause is not None:
            await asyncio.sleep(pause)
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception as error:
            failure = error
    raise failure
