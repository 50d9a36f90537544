# a window of k tasks: when the first is completed, the next begins
import asyncio


async def limited(job, n, k):
    tasks, pending = [], set()
    try:
        for i in range(n):
            if len(pending) == k:
                done, pending = await asyncio.wait(
                    pending, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    task.result()
            tasks.append(asyncio.create_task(job(i)))
            pending.add(tasks[-1])
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)
