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
            for task in left:
                try:
                    loop.run_until_complete(task)
                except (asyncio.CancelledError, ValueError):
                    pass
        return result, sorted(task.get_name() for task in left)
    finally:
        loop.close()
