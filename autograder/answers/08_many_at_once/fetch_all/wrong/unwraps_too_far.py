# loses: the first error reaches the caller, and nothing is left
import asyncio


async def fetch_all(job, n):
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
    except BaseExceptionGroup as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    return [task.result() for task in tasks]
