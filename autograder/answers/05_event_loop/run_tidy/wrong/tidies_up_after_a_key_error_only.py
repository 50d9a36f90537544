# loses: an error comes out when all is tidied up
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    error = None
    result = None
    try:
        result = loop.run_until_complete(job())
    except KeyError as e:
        error = e
    left = asyncio.all_tasks(loop)
    for t in left:
        t.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))
    loop.close()
    if error:
        raise error
    return result, sorted(t.get_name() for t in left)
