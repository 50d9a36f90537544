# loses: the first error comes out, and nothing is left
import asyncio


async def as_they_come(job, n):
    done = asyncio.Queue()

    async def one(i):
        try:
            done.put_nowait((i, await job(i), None))
        except Exception as error:
            done.put_nowait((i, None, error))

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    pairs = []
    try:
        for _ in range(n):
            i, result, error = await done.get()
            if error is not None:
                raise error
            pairs.append((i, result))
        return pairs
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
