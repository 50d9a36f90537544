# loses: a cancellation comes out when all jobs have ended
import asyncio


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    winner = None
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next(task for task in tasks if task.done())
    except asyncio.CancelledError:
        pass
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return winner.result() if winner else None
