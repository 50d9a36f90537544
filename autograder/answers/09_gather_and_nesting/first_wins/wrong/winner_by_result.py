# loses: in a tie the earlier in the list decides
import asyncio


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next((t for t in tasks if t.done() and not t.exception()), None) or next(
            t for t in tasks if t.done()
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return winner.result()
