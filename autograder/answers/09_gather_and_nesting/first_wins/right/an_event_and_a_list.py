# Whoever ends notes itself and sets an Event; the list is sorted before the others are cancelled.
import asyncio


async def first_wins(jobs):
    someone, notes = asyncio.Event(), []

    async def run(i, job):
        try:
            notes.append((i, await job(), None))
        except Exception as error:
            notes.append((i, None, error))
        someone.set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(i, job)) for i, job in enumerate(jobs)]
        await someone.wait()
        _, value, error = min(notes, key=lambda note: note[0])
        for task in tasks:
            task.cancel()
    if error is not None:
        raise error
    return value
