# loses: returned and raised, failed and cancelled are told apart
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    await asyncio.gather(*tasks, return_exceptions=True)
    ended = {i: task for i, task in enumerate(tasks) if not task.cancelled()}
    results = {i: task.result() for i, task in ended.items() if not task.exception()}
    errors = {i: task.exception() for i, task in ended.items() if task.exception()}
    return results, errors
