# A task group, and the results afterwards.
import asyncio


async def say_both(say_after):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(say_after(*each)) for each in ((2, "hello"), (1, "world"))]
    return [task.result() for task in tasks]
