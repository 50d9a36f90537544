# Cancels one loser after the other, and waits for each in a way that raises only what is meant for me.
import asyncio


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
                await asyncio.wait([task])
    return winner.result()
