# loses: a cancellation passes at once
import asyncio


async def retry(op, tries, timeout, base):
    for i in range(tries):
        task = asyncio.create_task(op())
        try:
            done, _ = await asyncio.wait([task], timeout=timeout)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        try:
            if not done:
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    pass
                raise TimeoutError
            return task.result()
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
