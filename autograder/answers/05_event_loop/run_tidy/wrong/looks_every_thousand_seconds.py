# loses: what was left has ended when it returns
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    names = []
    try:
        try:
            result = loop.run_until_complete(job())
        finally:
            left = asyncio.all_tasks(loop)
            names = sorted(task.get_name() for task in left)
            for task in left:
                task.cancel()
            while left:
                _, left = loop.run_until_complete(asyncio.wait(left, timeout=1000))
        return result, names
    finally:
        loop.close()
