# loses: the others are cancelled and have ended
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return {}
    try:
        done, rest = await asyncio.wait(tasks, timeout=seconds)
    except asyncio.CancelledError:
        for t in tasks:
            t.cancel()
        await asyncio.sleep(0)
        raise
    for t in rest:
        t.cancel()
    if rest:
        await asyncio.wait(rest)
    return {i: t.result() for i, t in enumerate(tasks) if t in done}
