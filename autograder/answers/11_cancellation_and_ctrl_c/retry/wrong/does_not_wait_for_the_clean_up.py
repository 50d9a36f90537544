# loses: a try that takes too long is cancelled, cleans up, and fails
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        task = asyncio.create_task(op())
        try:
            await asyncio.wait([task], timeout=timeout)
            if not task.done():
                raise TimeoutError
            return task.result()
        except Exception:
            if i == tries - 1:
                raise
        finally:
            task.cancel()
        await asyncio.sleep(base * 2**i)
