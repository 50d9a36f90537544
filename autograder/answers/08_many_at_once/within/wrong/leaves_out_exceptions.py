# loses: the others are cancelled and have ended
# leaves out results that are exceptions, as if the job had raised them
import asyncio


async def within(job, n, seconds):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return {}
    try:
        await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    return {i: end for i, end in enumerate(ends) if not isinstance(end, BaseException)}
