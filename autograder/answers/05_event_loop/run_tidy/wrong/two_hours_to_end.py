# loses: what was left has ended when it returns
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    try:
        names = []
        try:
            result = loop.run_until_complete(job())
        finally:
            left = asyncio.all_tasks(loop)
            names = sorted(task.get_name() for task in left)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left, timeout=7200))
        return result, names
    finally:
        loop.close()
