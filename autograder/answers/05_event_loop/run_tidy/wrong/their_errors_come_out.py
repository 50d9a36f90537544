# loses: what was left has ended when it returns
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    try:
        result = loop.run_until_complete(job())
        return result, tidy(loop)
    finally:
        tidy(loop)
        loop.close()


def tidy(loop):
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    for task in left:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
    return sorted(task.get_name() for task in left)
