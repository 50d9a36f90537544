# loses: every task has ended, and they clean up at the same time
import asyncio
import functools


async def stop(tasks):
    loop = asyncio.get_running_loop()
    for task in tasks:
        task.cancel()
    over = loop.create_future()

    def look(again):
        if over.done():
            return
        if all(task.done() for task in tasks):
            over.set_result(None)
        else:
            loop.call_later(0.0625, functools.partial(look, again + 1))

    look(0)
    await over
    return [task.get_name() for task in tasks if task.cancelled()]
