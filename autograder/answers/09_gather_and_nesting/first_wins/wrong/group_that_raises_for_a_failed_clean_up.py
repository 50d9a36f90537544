# loses: a cancellation comes out when all jobs have ended
import asyncio


class Over(Exception):
    pass


async def first_wins(jobs):
    ended = {}

    async def run(i, job):
        value = error = None
        try:
            value = await job()
        except Exception as raised:
            error = raised
        if not ended or i < min(ended) and not asyncio.current_task().cancelling():
            ended[i] = value, error
        raise Over

    try:
        async with asyncio.TaskGroup() as group:
            for i, job in enumerate(jobs):
                group.create_task(run(i, job))
    except* Over:
        pass
    value, error = ended[min(ended)]
    if error is not None:
        raise error
    return value
