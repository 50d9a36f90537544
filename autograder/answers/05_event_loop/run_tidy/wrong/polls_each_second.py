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
            while not all(task.done() for task in left):
                loop.run_until_complete(asyncio.sleep(1))
        return result, sorted(task.get_name() for task in left)
    finally:
        loop.close()
