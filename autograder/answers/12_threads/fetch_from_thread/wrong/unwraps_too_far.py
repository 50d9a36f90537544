# loses: the first error comes out, and nothing is left
import asyncio


def fetch_from_thread(loop, job, n):
    async def all_of_them():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]

    try:
        return asyncio.run_coroutine_threadsafe(all_of_them(), loop).result()
    except BaseExceptionGroup as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
