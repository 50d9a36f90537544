# loses: the first to finish gives the value
import asyncio


async def first_wins(jobs):
    tasks = {job: asyncio.create_task(job()) for job in jobs}
    try:
        await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        winner = next(tasks[job] for job in jobs if tasks[job].done())
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    return winner.result()
