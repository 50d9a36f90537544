# A timeout around a group of one task.
import asyncio


async def retry(op, tries, timeout, base):
    wait = base
    while True:
        try:
            async with asyncio.timeout(timeout), asyncio.TaskGroup() as g:
                t = g.create_task(op())
            if t.cancelled():
                raise asyncio.CancelledError
            return t.result()
        except Exception as e:
            tries -= 1
            if not tries:
                raise
        await asyncio.sleep(wait)
        wait *= 2
