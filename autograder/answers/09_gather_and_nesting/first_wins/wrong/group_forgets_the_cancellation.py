# loses: a cancellation comes out when all jobs have ended
import asyncio


class Over(Exception):
    pass


async def first_wins(jobs):
    ended = {}
    over = False

    async def run(i, job):
        try:
            value, error = await job(), None
        except Exception as raised:
            value, error = None, raised
        if not over or not ended:
            ended[i] = value, error
        raise Over

    def close(_):
        nonlocal over
        over = True

    try:
        async with asyncio.TaskGroup() as group:
            for i, job in enumerate(jobs):
                group.create_task(run(i, job)).add_done_callback(close)
    except* Over:
        pass
    value, error = ended[min(ended)]
    if error is not None:
        raise error
    return value
