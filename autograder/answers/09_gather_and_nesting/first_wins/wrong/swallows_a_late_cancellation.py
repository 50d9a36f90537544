# loses: a cancellation comes out when all jobs have ended (from Python 3.13)
# cancels and awaits one loser after the other; takes its own cancellation for that of a loser
import asyncio
import contextlib


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    winner = None
    try:
        await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
        winner = [task for task in tasks if task.done()][0]
    finally:
        for task in tasks:
            if task is not winner:
                task.cancel()
                with contextlib.suppress(Exception, asyncio.CancelledError):
                    await task
    return winner.result()
