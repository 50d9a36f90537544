# loses: an error comes out when no call runs any more
import asyncio


async def unblock(blocking, items):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.to_thread(blocking, item)) for item in items]
    return [task.result() for task in tasks]
