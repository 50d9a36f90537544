# loses: an error of work ends it all
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    end = object()
    errors = []

    async def worker():
        while (item := await todo.get()) is not end:
            try:
                await work(item)
            except Exception as error:
                errors.append(error)

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
    if errors:
        raise errors[0]
