# loses: the first to finish gives the value
import asyncio


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    order = []
    for task in tasks:
        task.add_done_callback(order.append)
    await asyncio.wait(tasks)
    await asyncio.sleep(0)
    return order[0].result()
