# The function of the lesson.
import asyncio

def make_task(x):
    work = do_some_work(x)
    return asyncio.create_task(work, name="work-" + str(x))
