# loses: an error of work ends it all
import asyncio


async def pipeline(source, work, k):
    todo, END = asyncio.Queue(k), object()

    async def worker():
        while (item := await todo.get()) is not END:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(k):
                group.create_task(worker())
            async for item in source:
                await todo.put(item)
            for _ in range(k):
                await todo.put(END)
    except BaseExceptionGroup as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
