# loses: an error of work ends it all
import asyncio


async def pipeline(source, work, k):
    places = asyncio.Semaphore(k)
    tasks, failed = [], []

    async def do(item):
        try:
            await work(item)
        except Exception as error:
            failed.append(error)
        finally:
            places.release()

    async for item in source:
        await places.acquire()
        if failed:
            break
        tasks.append(asyncio.create_task(do(item)))
    await asyncio.gather(*tasks)
    if failed:
        raise failed[0]
