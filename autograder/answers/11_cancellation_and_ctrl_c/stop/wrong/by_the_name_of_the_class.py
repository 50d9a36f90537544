# loses: returns the names of those that were cancelled
# compares the name of the error's class: concurrent.futures has a CancelledError too
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
        except BaseException as error:
            if type(error).__name__ == "CancelledError":
                names.append(task.get_name())
    return names
