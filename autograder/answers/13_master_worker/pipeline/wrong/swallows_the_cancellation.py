# loses: an error of the source and a cancellation come out
import asyncio


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)
    end = object()

    async def worker():
        while (item := await todo.get()) is not end:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(k):
                group.create_task(worker())
            async for item in source:
                await todo.put(item)
            for _ in range(k):
                await todo.put(end)
    except asyncio.CancelledError:
        print("stopped")
