# loses: what was left has ended when it returns
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    try:
        try:
            result = loop.run_until_complete(job())
        finally:
            left = asyncio.all_tasks(loop)
            for t in left:
                t.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left, timeout=60))
        return result, sorted(t.get_name() for t in left)
    finally:
        loop.close()
