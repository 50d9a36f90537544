# loses: returns the names of those that were cancelled
import asyncio


async def stop(tasks):
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    names = []
    for task in tasks:
        try:
            task.result()
        except asyncio.CancelledError:
            names.append(task.get_name())
        except Exception:
            pass
    return names
