# loses: gives the result, and the names of what was left
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
                loop.run_until_complete(asyncio.wait(left))
        return result, sorted({t.get_name() for t in left})
    finally:
        loop.close()
