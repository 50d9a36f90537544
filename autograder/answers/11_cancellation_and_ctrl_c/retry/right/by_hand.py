# A task for each try: wait for it, cancel it, wait until it has ended.
import asyncio


async def attempt(op, timeout):
    task = asyncio.create_task(op())
    try:
        done, _ = await asyncio.wait([task], timeout=timeout)
        if not done:
            raise TimeoutError
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


async def retry(op, tries, timeout, base):
    i = 0
    while True:
        try:
            return await attempt(op, timeout)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if not isinstance(error, Exception) or i + 1 == tries:
                raise
        await asyncio.sleep(base * 2**i)
        i += 1
