# A group whose tasks keep their errors, so that none is cancelled.
import asyncio


async def unblock(blocking, items):
    items = list(items)
    results, errors = [None] * len(items), []

    async def call(number, item):
        try:
            results[number] = await asyncio.to_thread(blocking, item)
        except Exception as error:
            errors.append(error)

    async with asyncio.TaskGroup() as group:
        for number, item in enumerate(items):
            group.create_task(call(number, item))
    if errors:
        raise ExceptionGroup("calls failed", errors)
    return results
