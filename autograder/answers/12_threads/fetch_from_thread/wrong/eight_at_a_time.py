# loses: the jobs run at once on the loop
# a semaphore of its own: who has more than eight jobs waits
import asyncio


def fetch_from_thread(loop, job, n):
    async def fetch_all():
        places = asyncio.Semaphore(8)

        async def one(i):
            async with places:
                return await job(i)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(i)) for i in range(n)]
        return [task.result() for task in tasks]

    return asyncio.run_coroutine_threadsafe(fetch_all(), loop).result()
