# Each task makes its own pair, so none of them fails.
import asyncio


async def outcome(job):
    try:
        return "ok", await job()
    except Exception as error:
        return "error", error.__class__.__name__


async def outcomes(jobs):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(outcome(job)) for job in jobs]
    return [task.result() for task in tasks]
