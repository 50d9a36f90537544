# loses: the jobs run at once on the loop
import asyncio, inspect


def fetch_from_thread(loop, job, n):
    async def one(i):
        result = await job(i)
        return await result if inspect.isawaitable(result) else result

    async def all_of_them():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(i)) for i in range(n)]
        return [task.result() for task in tasks]

    return asyncio.run_coroutine_threadsafe(all_of_them(), loop).result()
