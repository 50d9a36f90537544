# a named tuple is a pair
import asyncio
from typing import NamedTuple
class Sorted(NamedTuple):
    results: dict
    errors: dict
async def sort_out(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        for task in tasks:
            await asyncio.wait([task])
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            await asyncio.wait([task])
    results, errors = {}, {}
    for i, task in enumerate(tasks):
        if task.cancelled():
            errors[i] = asyncio.CancelledError()
        elif task.exception() is not None:
            errors[i] = task.exception()
        else:
            results[i] = task.result()
    return Sorted(results, errors)
