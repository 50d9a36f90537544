# Queue.shutdown where Python has it
import asyncio

Over = getattr(asyncio, "QueueShutDown", asyncio.QueueEmpty)
END = object()


async def pipeline(source, work, k):
    todo = asyncio.Queue(k)

    async def worker():
        try:
            while (item := await todo.get()) is not END:
                await work(item)
        except Over:
            return

    async def master():
        async for item in source:
            await todo.put(item)
        if hasattr(todo, "shutdown"):
            todo.shutdown()
        else:
            for _ in range(k):
                await todo.put(END)

    async with asyncio.TaskGroup() as group:
        group.create_task(master())
        for _ in range(k):
            group.create_task(worker())
