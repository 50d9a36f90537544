# loses: an error comes out when all is tidied up
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    try:
        try:
            result = loop.run_until_complete(job())
        except Exception:
            result = None
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
        return result, sorted(task.get_name() for task in left)
    finally:
        loop.close()
