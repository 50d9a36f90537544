# loses: an error comes out when all is tidied up
import asyncio
def run_tidy(job):
    loop, error, result = asyncio.new_event_loop(), None, None
    try:
        result = loop.run_until_complete(job())
    except BaseException as e:
        error = e
    left = asyncio.all_tasks(loop)
    for task in left: task.cancel()
    if left: loop.run_until_complete(asyncio.wait(left))
    loop.close()
    if error:
        raise error
    return result, sorted([t.get_name() for t in left])
