# loses: what was left has ended when it returns
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    try:
        try:
            result = loop.run_until_complete(job())
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
        returned = [t for t in left if not t.cancelled() and t.exception() is None]
        return result, sorted(task.get_name() for task in left if task not in returned)
    finally:
        loop.close()
