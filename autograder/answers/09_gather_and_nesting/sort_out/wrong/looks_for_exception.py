# loses: returned and raised, failed and cancelled are told apart
import asyncio


async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    results, errors = {}, {}
    for i, each in enumerate(ended):
        if isinstance(each, Exception):
            errors[i] = each
        else:
            results[i] = each
    return results, errors
