# A TaskGroup that is ended by an exception of its own, in a task of its own.
import asyncio


class Over(Exception):
    pass


async def first_wins(jobs):
    # Not in this task: in Python 3.11 and 3.12 a group that ends with errors forgets that somebody
    # has cancelled it meanwhile.
    race = asyncio.create_task(run_all(jobs))
    try:
        await asyncio.wait([race])
    finally:
        race.cancel()
        await asyncio.wait([race])
    return race.result()


async def run_all(jobs):
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
