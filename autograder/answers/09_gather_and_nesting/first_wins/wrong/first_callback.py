# loses: in a tie the earlier in the list decides
import asyncio


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    first = asyncio.get_running_loop().create_future()

    def decide(task):
        if not first.done():
            first.set_result(task)

    for task in tasks:
        task.add_done_callback(decide)
    try:
        winner = await first
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return winner.result()
