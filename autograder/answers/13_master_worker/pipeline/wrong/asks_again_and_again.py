# loses: k at once, and who is free takes the next
import asyncio


async def pipeline(source, work, k):
    tasks = set()
    try:
        async for item in source:
            while len(tasks) >= k:
                await asyncio.sleep(0.25)
                for task in [task for task in tasks if task.done()]:
                    tasks.remove(task)
                    task.result()
            tasks.add(asyncio.create_task(work(item)))
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
