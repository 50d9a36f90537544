# A TaskGroup whose children note what they end with, and raise nothing.
import asyncio


async def sort_out(jobs):
    results, errors = {}, {}

    async def note(i, job):
        try:
            results[i] = await job()
        except asyncio.CancelledError as error:
            if asyncio.current_task().cancelling():
                raise
            errors[i] = error
        except Exception as error:
            errors[i] = error

    async with asyncio.TaskGroup() as group:
        for i, job in enumerate(jobs):
            group.create_task(note(i, job))
    return results, errors
