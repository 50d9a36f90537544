# Done callbacks fill a future when the first task is done.
import asyncio


async def first_wins(jobs):
    verdict = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(job(), name=f"job {i}") for i, job in enumerate(jobs)]

    def decide(_):
        if not verdict.done():
            verdict.set_result(min(i for i, task in enumerate(tasks) if task.done()))

    for task in tasks:
        task.add_done_callback(decide)
    try:
        winner = tasks[await verdict]
    finally:
        for task in tasks:
            task.remove_done_callback(decide)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return winner.result()
