# timeout_at, a pause that doubles, and the last try apart from the others.
import asyncio


async def retry(op, tries, timeout, base):
    loop = asyncio.get_running_loop()

    async def once():
        async with asyncio.timeout_at(loop.time() + timeout):
            return await op()

    pause = base
    for _ in range(tries - 1):
        try:
            return await once()
        except Exception:
            pass
        await asyncio.sleep(pause)
        pause *= 2
    return await once()
