# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    tasks = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job()) for job in jobs]
    except ExceptionGroup:
        pass
    return [
        ("error", "CancelledError")
        if task.cancelled()
        else ("error", type(task.exception()).__name__)
        if task.exception()
        else ("ok", task.result())
        for task in tasks
    ]
