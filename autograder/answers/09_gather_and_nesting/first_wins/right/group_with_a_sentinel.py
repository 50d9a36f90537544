# A TaskGroup that is ended by an exception of its own; who was cancelled no longer counts.
import asyncio


class Over(Exception):
    pass


async def first_wins(jobs):
    ended = {}

    async def run(i, job):
        try:
            value, error = await job(), None
        except Exception as raised:
            value, error = None, raised
        if not asyncio.current_task().cancelling():
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
