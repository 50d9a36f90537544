# loses: each call has a loop of its own, and closes it
import asyncio
def run_tidy(job):
    loop = asyncio.new_event_loop()
    job().close()
    try:
        try:
            result = loop.run_until_complete(job())
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
        return result, sorted(task.get_name() for task in left)
    finally:
        loop.close()
