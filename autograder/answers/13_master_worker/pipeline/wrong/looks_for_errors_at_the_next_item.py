# loses: an error of work ends it all
# the master asks whether a work has failed only when the source has given the next item
import asyncio


async def pipeline(source, work, k):
    places, tasks = asyncio.Semaphore(k), set()
    failed = asyncio.get_running_loop().create_future()

    async def one(item):
        try:
            await work(item)
        except Exception as error:
            if not failed.done():
                failed.set_result(error)
        finally:
            places.release()

    try:
        async for item in source:
            if failed.done():
                break
            await places.acquire()
            if failed.done():
                break
            tasks.add(asyncio.create_task(one(item)))
        if tasks:
            waiting = asyncio.gather(*tasks)
            await asyncio.wait([waiting, failed], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
    if failed.done():
        raise failed.result()
